//! TLS to a `tcp://` engine: certificates read from disk once, then a handshake for each connection.
//! Must not know where the paths came from.
use std::io;
use std::path::Path;
use std::sync::Arc;

use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, ServerName, UnixTime};
use tokio_rustls::rustls::{
    self, ClientConfig, DigitallySignedStruct, RootCertStore, SignatureScheme,
};

use super::{BoxedIo, Connector, dial_tcp};
use crate::engine::endpoint::Tls;
use crate::engine::error::Error;
use crate::lang::Words;

/// Where systems keep the authorities they trust; the first that exists is read.
const SYSTEM_AUTHORITIES: [&str; 5] = [
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/ssl/cert.pem",
    "/usr/local/share/certs/ca-root-nss.crt",
];

/// Reads the certificates and makes a connector; each connection does its own handshake.
pub(super) fn connector(tls: &Tls) -> Result<Connector, Error> {
    let config = config(tls)?;
    let name = ServerName::try_from(tls.host.clone())
        .map_err(|_| Error::tls(|| say!("{host} is not a name TLS can check", host = tls.host)))?;
    let handshake = TlsConnector::from(Arc::new(config));
    let (host, port) = (tls.host.clone(), tls.port);
    Ok(Connector::new(move || {
        let (handshake, name, host) = (handshake.clone(), name.clone(), host.clone());
        Box::pin(async move {
            let tcp = dial_tcp(&host, port).await?;
            let stream = handshake.connect(name, tcp).await?;
            Ok(Box::new(stream) as BoxedIo)
        })
    }))
}

fn config(tls: &Tls) -> Result<ClientConfig, Error> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .map_err(|e| Error::tls(|| e.to_string()))?;
    let builder = if tls.skip_verify {
        builder
            .dangerous()
            .with_custom_certificate_verifier(Arc::new(Unverified(provider)))
    } else {
        builder.with_root_certificates(authorities(tls.ca.as_deref())?)
    };
    match (&tls.cert, &tls.key) {
        (Some(cert), Some(key)) => {
            let chain = certificates(cert)?;
            let private =
                PrivateKeyDer::from_pem_file(key).map_err(|error| of_file(key, &error))?;
            builder
                .with_client_auth_cert(chain, private)
                .map_err(|error| of_file(cert, &error))
        }
        (None, None) => Ok(builder.with_no_client_auth()),
        (Some(path), None) | (None, Some(path)) => Err(Error::tls(|| {
            say!(
                "{file}: its other half (cert.pem and key.pem) is missing",
                file = path.display()
            )
        })),
    }
}

fn of_file(path: &Path, error: &dyn std::fmt::Display) -> Error {
    Error::tls(|| say!("{name}: {why}", name = path.display(), why = error))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, Error> {
    let list = CertificateDer::pem_file_iter(path)
        .map_err(|error| of_file(path, &error))?
        .collect::<Result<Vec<_>, _>>()
        .map_err(|error| of_file(path, &error))?;
    if list.is_empty() {
        return Err(Error::tls(|| {
            say!("{file}: holds no certificate", file = path.display())
        }));
    }
    Ok(list)
}

/// The given authority, else those the system trusts.
fn authorities(ca: Option<&Path>) -> Result<RootCertStore, Error> {
    let mut store = RootCertStore::empty();
    let path = match ca {
        Some(path) => path,
        None => SYSTEM_AUTHORITIES
            .iter()
            .map(Path::new)
            .find(|path| path.exists())
            .ok_or_else(|| {
                Error::tls(|| say!("no ca.pem is given and the system has no list of authorities"))
            })?,
    };
    let (good, _) = store.add_parsable_certificates(certificates(path)?);
    if good == 0 {
        return Err(Error::tls(|| {
            say!("{file}: no usable certificate", file = path.display())
        }));
    }
    Ok(store)
}

/// `SkipTLSVerify` of a docker context: the user chose not to check who answers. Signatures are still checked.
#[derive(Debug)]
struct Unverified(Arc<CryptoProvider>);

impl ServerCertVerifier for Unverified {
    fn verify_server_cert(
        &self,
        _end_entity: &CertificateDer<'_>,
        _intermediates: &[CertificateDer<'_>],
        _server_name: &ServerName<'_>,
        _ocsp_response: &[u8],
        _now: UnixTime,
    ) -> Result<ServerCertVerified, rustls::Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls12_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, rustls::Error> {
        rustls::crypto::verify_tls13_signature(
            message,
            cert,
            dss,
            &self.0.signature_verification_algorithms,
        )
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

/// A TLS failure inside an `io::Error`, in words.
pub(in crate::engine) fn said(error: &io::Error) -> Option<Words> {
    let inner = error.get_ref()?.downcast_ref::<rustls::Error>()?;
    Some(match inner {
        rustls::Error::InvalidCertificate(why) => {
            Words::ours(|| say!("the engine's certificate is not trusted ({why})", why))
        }
        rustls::Error::AlertReceived(alert) => {
            let alert = format!("{alert:?}");
            Words::ours(|| say!("the engine refused our certificate ({alert})", alert))
        }
        rustls::Error::InvalidMessage(_) => Words::ours(|| say!("what answers does not speak TLS")),
        other => Words::as_is(other.to_string()),
    })
}
