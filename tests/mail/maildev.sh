#!/bin/sh
# Installs MailDev from the npm registry into a folder under $1, once, and prints the path of its program.
set -e
folder="$1/maildev"
command -v node >/dev/null && command -v npm >/dev/null || exit 1
mkdir -p "$folder"
if [ ! -d "$folder/node_modules/maildev" ]; then
    npm install --prefix "$folder" --no-audit --no-fund --silent maildev@3 >&2
fi
cd "$folder/node_modules/maildev"
bin=$(node -p 'const b = require("./package.json").bin; typeof b === "string" ? b : b.maildev')
echo "$folder/node_modules/maildev/$bin"
