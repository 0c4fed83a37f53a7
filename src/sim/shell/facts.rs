//! Commands that only tell something about the simulated machine. Must not know the real one.
use super::Plan;

const FREE: &str = "              total        used        free      shared  buff/cache   available
Mem:       33554432    11534336    15728640      131072     6291456    21495808
";

/// What the program `name` says, run from `shell`.
pub fn about(plan: &Plan, shell: &str, name: &str, rest: &[&str]) -> String {
    let (user, hostname, root) = (&plan.user, &plan.hostname, plan.is_root());
    match name {
        "whoami" => format!("{}\n", if root { "root" } else { user }),
        "id" if rest.first() == Some(&"-u") => if root { "0\n" } else { "1000\n" }.to_owned(),
        "id" if root => "uid=0(root) gid=0(root) groups=0(root)\n".to_owned(),
        "id" => format!("uid=1000({user}) gid=1000({user}) groups=1000({user})\n"),
        "hostname" => format!("{hostname}\n"),
        "uname" if rest.first() == Some(&"-a") => {
            format!("Linux {hostname} 6.1.0-25-amd64 #1 SMP PREEMPT_DYNAMIC x86_64 GNU/Linux\n")
        }
        "uname" => "Linux\n".to_owned(),
        "date" => crate::sim::clock::date(plan.now)
            .format("%a %b %e %H:%M:%S UTC %Y\n")
            .to_string(),
        "uptime" => {
            " 10:32:11 up 30 days,  4:12,  0 users,  load average: 0.72, 0.81, 0.77\n".to_owned()
        }
        "free" => FREE.to_owned(),
        "ps" => processes(plan, shell),
        _ => String::new(),
    }
}

fn processes(plan: &Plan, shell: &str) -> String {
    let user = &plan.user;
    let row = |(place, process): (usize, &String)| {
        let pid = if place == 0 { 1 } else { place * 7 + 4 };
        format!("{pid:>5} {user:<8} 0:{place:02} {process}\n")
    };
    let rows: String = plan.processes.iter().enumerate().map(row).collect();
    format!(
        "PID   USER     TIME  COMMAND\n{rows}   96 {user:<8} 0:00 {shell}\n  103 {user:<8} 0:00 ps\n"
    )
}
