//! Until when the certificate at an address is good. Whoever answers is believed, for nothing is told or sent but the
//! greeting. Must not know how the stream was opened.
use std::sync::Arc;

use chrono::{DateTime, NaiveDateTime, Utc};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::client::danger::{
    HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier,
};
use tokio_rustls::rustls::crypto::{CryptoProvider, ring};
use tokio_rustls::rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use tokio_rustls::rustls::{ClientConfig, DigitallySignedStruct, Error, SignatureScheme};

/// Greets the server as `host` and reads the end of its certificate. `None`: it speaks no TLS, or shows none.
pub async fn end(stream: impl AsyncRead + AsyncWrite + Unpin, host: &str) -> Option<DateTime<Utc>> {
    let provider = Arc::new(ring::default_provider());
    let config = ClientConfig::builder_with_provider(Arc::clone(&provider))
        .with_safe_default_protocol_versions()
        .ok()?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(Anyone(provider)))
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).ok()?;
    let stream = TlsConnector::from(Arc::new(config))
        .connect(name, stream)
        .await
        .ok()?;
    let (_, session) = stream.get_ref();
    not_after(session.peer_certificates()?.first()?)
}

/// The second of the two times in a certificate's validity.
fn not_after(certificate: &[u8]) -> Option<DateTime<Utc>> {
    const SEQUENCE: u8 = 0x30;
    let (tag, whole, _) = element(certificate)?;
    let (inner, body, _) = element(whole)?;
    if (tag, inner) != (SEQUENCE, SEQUENCE) {
        return None;
    }
    // Version where it is told, serial number, algorithm, issuer, then validity.
    let mut rest = body;
    let mut sequences = 0;
    loop {
        let (tag, content, behind) = element(rest)?;
        rest = behind;
        sequences += usize::from(tag == SEQUENCE);
        if sequences == 3 {
            let (_, _, behind) = element(content)?;
            let (tag, time, _) = element(behind)?;
            return moment(tag, std::str::from_utf8(time).ok()?);
        }
    }
}

/// A DER element: its tag, what is in it, what comes behind it.
fn element(bytes: &[u8]) -> Option<(u8, &[u8], &[u8])> {
    let (tag, rest) = bytes.split_first()?;
    let (first, rest) = rest.split_first()?;
    let (length, rest) = match first {
        short @ 0..=0x7f => (usize::from(*short), rest),
        0x81..=0x83 => {
            let (digits, rest) = rest.split_at_checked(usize::from(first & 0x7f))?;
            let length = digits
                .iter()
                .fold(0, |sum, digit| (sum << 8) | usize::from(*digit));
            (length, rest)
        }
        _ => return None,
    };
    let (content, behind) = rest.split_at_checked(length)?;
    Some((*tag, content, behind))
}

/// `UTCTime` has two digits of the year, which stand for 1950 to 2049; `GeneralizedTime` has four.
fn moment(tag: u8, text: &str) -> Option<DateTime<Utc>> {
    let text = text.strip_suffix('Z')?;
    let whole = match tag {
        0x17 => {
            let year: u32 = text.get(..2)?.parse().ok()?;
            let century = if year < 50 { "20" } else { "19" };
            format!("{century}{text}")
        }
        0x18 => text.to_owned(),
        _ => return None,
    };
    let time = NaiveDateTime::parse_from_str(&whole, "%Y%m%d%H%M%S").ok()?;
    Some(time.and_utc())
}

/// Believes whoever answers; signatures are still checked, so that the certificate is the server's own.
#[derive(Debug)]
struct Anyone(Arc<CryptoProvider>);

impl ServerCertVerifier for Anyone {
    fn verify_server_cert(
        &self,
        _: &CertificateDer<'_>,
        _: &[CertificateDer<'_>],
        _: &ServerName<'_>,
        _: &[u8],
        _: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        Ok(ServerCertVerified::assertion())
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.0.signature_verification_algorithms;
        tokio_rustls::rustls::crypto::verify_tls12_signature(message, cert, dss, known)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        cert: &CertificateDer<'_>,
        dss: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let known = &self.0.signature_verification_algorithms;
        tokio_rustls::rustls::crypto::verify_tls13_signature(message, cert, dss, known)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tokio_rustls::TlsAcceptor;
    use tokio_rustls::rustls::ServerConfig;
    use tokio_rustls::rustls::pki_types::PrivateKeyDer;
    use tokio_rustls::rustls::pki_types::pem::PemObject;

    const CERTIFICATE: &[u8] = include_bytes!("../../tests/data/traefik/certificate.pem");
    const KEY: &[u8] = include_bytes!("../../tests/data/traefik/certificate.key");

    fn der() -> CertificateDer<'static> {
        CertificateDer::from_pem_slice(CERTIFICATE).unwrap()
    }

    #[test]
    fn both_forms_of_time_are_read_and_nonsense_is_none() {
        let shown = |tag, text| moment(tag, text).map(|at| at.to_rfc3339());
        assert_eq!(
            shown(0x17, "491231235959Z").as_deref(),
            Some("2049-12-31T23:59:59+00:00")
        );
        assert_eq!(
            shown(0x17, "500101000000Z").as_deref(),
            Some("1950-01-01T00:00:00+00:00")
        );
        assert_eq!(
            shown(0x18, "20500101000000Z").as_deref(),
            Some("2050-01-01T00:00:00+00:00")
        );
        assert_eq!(shown(0x18, "not a time"), None);
        let whole = der();
        assert!(not_after(&whole).is_some());
        for cut in 0..whole.len() {
            // However much of it is missing: no panic, and no time out of thin air.
            let _read = not_after(&whole[..cut]);
        }
        assert_eq!(not_after(&[0x30, 0x84, 0xff, 0xff, 0xff, 0xff]), None);
    }

    #[tokio::test]
    async fn the_end_is_read_out_of_a_real_greeting_although_nobody_signed_it() {
        let key = PrivateKeyDer::from_pem_slice(KEY).unwrap();
        let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![der()], key)
            .unwrap();
        let (near, far) = tokio::io::duplex(64 * 1024);
        let acceptor = TlsAcceptor::from(Arc::new(config));
        let server = tokio::spawn(async move { acceptor.accept(far).await });
        let end = end(near, "shop.example").await;
        assert_eq!(end, not_after(&der()));
        assert!(end.is_some());
        drop(server);
        let (near, far) = tokio::io::duplex(1024);
        drop(far);
        assert_eq!(super::end(near, "shop.example").await, None);
    }
}
