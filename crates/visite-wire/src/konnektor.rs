//! Connectors of the telematics infrastructure: the service directory `connector.sds` (gemSpec_Kon, 4.1.3).
//!
//! One `GET`, over HTTP or inside TLS, and no login. A connector that shows its directory only to clients with a
//! certificate is not recognised here. Deliberately absent: every service that the directory lists; none is called.

use crate::bytes::clean;
use crate::http::{Exchange, Request, Response};
use crate::{Detail, Dialogue, Event, Manner, Seen, Step, TextPlace};
use roxmltree::{Document, Node, ParsingOptions};
use visite_facts::facts::{DeviceKonnektor, NetworkService};
use visite_facts::{Known, Observed, UnknownReason};

const DIRECTORY: &str = "http://ws.gematik.de/conn/ServiceDirectory/v";
const PRODUCT: &str = "http://ws.gematik.de/int/version/ProductInformation/v";
const SERVICES: &str = "http://ws.gematik.de/conn/ServiceInformation/v";
/// Most nodes of a directory. Real ones have about a thousand.
const MAX_NODES: u32 = 20_000;
/// Most attributes of an element. Real ones have five, the root with its name spaces.
const MAX_ATTRIBUTES: usize = 64;

/// What a service directory says about the connector.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceDirectory {
    /// Id of the vendor, five characters that gematik assigned.
    pub vendor_id: String,
    /// Name of the vendor, where it stands.
    pub vendor_name: Option<String>,
    /// Code of the product.
    pub product_code: String,
    /// Name of the product, where it stands.
    pub product_name: Option<String>,
    /// Version of the firmware.
    pub firmware: Option<String>,
    /// Version of the hardware.
    pub hardware: Option<String>,
    /// Whether clients must use TLS.
    pub tls_mandatory: Option<bool>,
    /// Whether clients must show who they are.
    pub client_authentication_mandatory: Option<bool>,
    /// Names of the services, e.g. `CardService`.
    pub services: Vec<String>,
}

/// Asks for the service directory.
#[derive(Clone, Debug)]
pub struct Konnektor {
    exchange: Exchange,
    encrypted: bool,
}

impl Konnektor {
    /// One request.
    pub fn new(manner: &Manner) -> Self {
        let headers = [("Accept", "text/xml, application/xml")];
        let request = Request { headers: &headers, ..Request::get("/connector.sds", &manner.host) };
        Self { exchange: Exchange::new(request.encode()), encrypted: manner.encrypted }
    }

    fn seen(&self, response: &Response) -> Option<Seen> {
        (response.status == 200 && response.complete).then_some(())?;
        let directory = parse_directory(&response.body)?;
        let known = |value: Option<String>| value.map_or(Observed::Unknown(UnknownReason::Malformed), Known);
        let mut seen = Seen::new(NetworkService::Konnektor);
        let vendor = directory.vendor_name.unwrap_or_else(|| directory.vendor_id.clone());
        let product = directory.product_name.unwrap_or_else(|| directory.product_code.clone());
        let text = format!("{}/{}", directory.vendor_id, directory.product_code);
        seen.texts.push((TextPlace::KonnektorProduct, text));
        seen.version.clone_from(&directory.firmware);
        seen.detail = Detail::Konnektor(DeviceKonnektor {
            encrypted: Known(self.encrypted),
            client_authentication: directory
                .client_authentication_mandatory
                .map_or(Observed::Unknown(UnknownReason::Malformed), Known),
            vendor: Known(vendor),
            product: Known(product),
            firmware: known(directory.firmware),
            ..DeviceKonnektor::default()
        });
        Some(seen)
    }
}

impl Dialogue for Konnektor {
    type Answer = Seen;

    fn step(&mut self, event: Event<'_>) -> Step<Seen> {
        match self.exchange.step(event) {
            Step::Send(bytes) => Step::Send(bytes),
            Step::More => Step::More,
            Step::Done(response) => self.seen(&response).map_or(Step::NotThis, Step::Done),
            Step::NotThis => Step::NotThis,
        }
    }
}

/// Reads a service directory. `None` unless it is one: the elements and their name spaces must be those of gematik, a
/// vendor and a product must be named, and at least one service. Document types are refused, so entities cannot grow.
pub fn parse_directory(bytes: &[u8]) -> Option<ServiceDirectory> {
    let text = std::str::from_utf8(bytes).ok()?.trim_start_matches('\u{feff}').trim_start();
    few_attributes(text).then_some(())?;
    let options = ParsingOptions { allow_dtd: false, nodes_limit: MAX_NODES, ..ParsingOptions::default() };
    let document = Document::parse_with_options(text, options).ok()?;
    let root = document.root_element();
    is(&root, "ConnectorServices", DIRECTORY).then_some(())?;
    let product = child(&root, "ProductInformation", PRODUCT)?;
    let identification = child(&product, "ProductIdentification", PRODUCT)?;
    let vendor_id = value(&identification, "ProductVendorID", PRODUCT)?;
    let product_code = value(&identification, "ProductCode", PRODUCT)?;
    let local = child(&identification, "ProductVersion", PRODUCT).and_then(|node| child(&node, "Local", PRODUCT));
    let version = |name| local.as_ref().and_then(|node| value(node, name, PRODUCT));
    let miscellaneous = child(&product, "ProductMiscellaneous", PRODUCT);
    let named = |name| miscellaneous.as_ref().and_then(|node| value(node, name, PRODUCT));
    let flag = |name| match value(&root, name, DIRECTORY)?.as_str() {
        "true" | "1" => Some(true),
        "false" | "0" => Some(false),
        _ => None,
    };
    let services: Vec<String> = child(&root, "ServiceInformation", SERVICES)?
        .children()
        .filter(|node| is(node, "Service", SERVICES))
        .filter_map(|node| clean(node.attribute("Name")?.as_bytes(), 80))
        .take(100)
        .collect();
    (!services.is_empty()).then_some(ServiceDirectory {
        vendor_id,
        vendor_name: named("ProductVendorName"),
        product_code,
        product_name: named("ProductName"),
        firmware: version("FWVersion"),
        hardware: version("HWVersion"),
        tls_mandatory: flag("TLSMandatory"),
        client_authentication_mandatory: flag("ClientAutMandatory"),
        services,
    })
}

/// The reader compares all attributes of an element with each other, so a hostile one could keep it busy.
fn few_attributes(text: &str) -> bool {
    let mut in_tag = 0_usize;
    text.bytes().all(|byte| {
        match byte {
            b'<' | b'>' => in_tag = 0,
            b'=' => in_tag = in_tag.saturating_add(1),
            _ => {}
        }
        in_tag <= MAX_ATTRIBUTES
    })
}

fn is(node: &Node<'_, '_>, name: &str, space: &str) -> bool {
    let tag = node.tag_name();
    node.is_element()
        && tag.name() == name
        && tag.namespace().is_some_and(|uri| {
            let version = uri.strip_prefix(space).unwrap_or_default();
            !version.is_empty() && version.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.')
        })
}

fn child<'a, 'input>(node: &Node<'a, 'input>, name: &str, space: &str) -> Option<Node<'a, 'input>> {
    node.children().find(|child| is(child, name, space))
}

fn value(node: &Node<'_, '_>, name: &str, space: &str) -> Option<String> {
    clean(child(node, name, space)?.text()?.as_bytes(), 80)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::play;
    use crate::trials;
    use proptest::prelude::*;

    /// Made after gemSpec_Kon 4.1.3 and ServiceDirectory.xsd 3.1, ProductInformation.xsd 1.1, ServiceInformation.xsd 2.0;
    /// no connector was at hand. Vendor, code and versions are examples.
    const DIRECTORY_XML: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<ns4:ConnectorServices xmlns="http://ws.gematik.de/int/version/ProductInformation/v1.1"
    xmlns:ns4="http://ws.gematik.de/conn/ServiceDirectory/v3.1" xmlns:ns3="http://ws.gematik.de/conn/ServiceInformation/v2.0">
  <ProductInformation>
    <InformationDate>2026-01-01T00:00:00Z</InformationDate>
    <ProductTypeInformation><ProductType>Konnektor</ProductType><ProductTypeVersion>6.0.0</ProductTypeVersion></ProductTypeInformation>
    <ProductIdentification>
      <ProductVendorID>VENDR</ProductVendorID><ProductCode>konnktor</ProductCode>
      <ProductVersion><Local><HWVersion>2.0.0</HWVersion><FWVersion>5.50.5</FWVersion></Local></ProductVersion>
    </ProductIdentification>
    <ProductMiscellaneous><ProductVendorName>Musterfirma</ProductVendorName><ProductName>Einboxkonnektor</ProductName></ProductMiscellaneous>
  </ProductInformation>
  <ns4:TLSMandatory>true</ns4:TLSMandatory>
  <ns4:ClientAutMandatory>false</ns4:ClientAutMandatory>
  <ns3:ServiceInformation>
    <ns3:Service Name="EventService"><ns3:Abstract>Ereignisse</ns3:Abstract><ns3:Versions>
      <ns3:Version TargetNamespace="http://ws.gematik.de/conn/EventService/v7.2" Version="7.2.0"><ns3:Abstract/>
        <ns3:EndpointTLS Location="https://10.0.0.5:443/ws/EventService"/></ns3:Version></ns3:Versions></ns3:Service>
    <ns3:Service Name="CardService"/>
  </ns3:ServiceInformation>
</ns4:ConnectorServices>"#;

    fn answer(status: &str, body: &str) -> Vec<u8> {
        format!("HTTP/1.1 {status}\r\nContent-Type: text/xml\r\nContent-Length: {}\r\n\r\n{body}", body.len())
            .into_bytes()
    }

    fn probe(arrivals: &[&[u8]]) -> (Option<Seen>, Vec<Vec<u8>>) {
        play(
            &mut Konnektor::new(&Manner { host: "10.0.0.5".to_owned(), encrypted: true, ..Manner::default() }),
            arrivals,
        )
    }

    #[test]
    fn a_directory_names_vendor_product_and_firmware() {
        let (seen, sent) = probe(&[&answer("200 OK", DIRECTORY_XML)]);
        trials::is_taken_by_nobody_else(seen.as_ref(), &[&answer("200 OK", DIRECTORY_XML)]);
        let seen = seen.expect("as recorded");
        assert!(sent[0].starts_with(b"GET /connector.sds HTTP/1.1\r\nHost: 10.0.0.5\r\n"));
        assert_eq!(seen.texts, [(TextPlace::KonnektorProduct, "VENDR/konnktor".to_owned())]);
        let Detail::Konnektor(detail) = seen.detail else { panic!() };
        assert_eq!(detail.encrypted, Known(true));
        assert_eq!(detail.client_authentication, Known(false));
        assert_eq!(detail.vendor, Known("Musterfirma".to_owned()));
        assert_eq!(detail.product, Known("Einboxkonnektor".to_owned()));
        assert_eq!(detail.firmware, Known("5.50.5".to_owned()));
        let directory = parse_directory(DIRECTORY_XML.as_bytes()).expect("as recorded");
        assert_eq!(directory.services, ["EventService", "CardService"]);
        assert_eq!((directory.hardware.as_deref(), directory.tls_mandatory), (Some("2.0.0"), Some(true)));
    }

    #[test]
    fn what_is_not_said_is_not_known() {
        let xml = DIRECTORY_XML
            .replace("<ns4:ClientAutMandatory>false</ns4:ClientAutMandatory>", "")
            .replace("FWVersion", "Other");
        let (seen, _) = probe(&[&answer("200 OK", &xml)]);
        let Detail::Konnektor(detail) = seen.expect("as recorded").detail else { panic!() };
        assert_eq!(detail.client_authentication, Observed::Unknown(UnknownReason::Malformed));
        assert_eq!(detail.firmware, Observed::Unknown(UnknownReason::Malformed));
    }

    #[test]
    fn other_services_are_no_connectors() {
        let attributes: String = (0..5000).map(|n| format!(" a{n}=''")).collect();
        let deep = "<a>".repeat(20_000);
        let bodies = [
            "<html><head><title>connector.sds</title></head></html>".to_owned(),
            "<ConnectorServices/>".to_owned(),
            DIRECTORY_XML.replace("ServiceDirectory/v3.1", "ServiceDirectory/x"),
            DIRECTORY_XML.replace("ProductVendorID", "Vendor"),
            DIRECTORY_XML.replace("ns3:Service ", "ns3:Thing ").replace("ns3:Service>", "ns3:Thing>"),
            DIRECTORY_XML.replacen("?>", "?><!DOCTYPE a [<!ENTITY a \"b\">]>", 1),
            format!("<a{attributes}/>"),
            deep,
            String::new(),
        ];
        for body in &bodies {
            assert_eq!(probe(&[&answer("200 OK", body)]).0, None, "{:.60}", body);
        }
        let refused = answer("401 Unauthorized", DIRECTORY_XML);
        let foreign: [&[u8]; 4] =
            [&refused, b"SSH-2.0-OpenSSH_9.2p1\r\n", b"GET /connector.sds HTTP/1.1\r\n\r\n", DIRECTORY_XML.as_bytes()];
        for bytes in foreign {
            assert_eq!(probe(&[bytes]).0, None);
        }
        assert_eq!(probe(&[&[]]).0, None);
    }

    #[test]
    fn bytes_may_come_one_by_one_and_none_may_be_missing() {
        let whole = answer("200 OK", DIRECTORY_XML);
        let mut konnektor = Konnektor::new(&Manner::default());
        konnektor.step(Event::Connected);
        for end in 1..whole.len() {
            assert_eq!(konnektor.step(Event::Received(&whole[..end])), Step::More);
        }
        assert!(matches!(konnektor.step(Event::Received(&whole)), Step::Done(_)));
        for end in (0..whole.len()).step_by(7) {
            assert_eq!(probe(&[&whole[..end]]).0, None);
        }
    }

    proptest! {
        #[test]
        fn any_bytes_are_survived(bytes: Vec<u8>, at in 0usize..2000, by: u8) {
            let _ = (probe(&[&bytes]), parse_directory(&bytes));
            let mut xml = DIRECTORY_XML.as_bytes().to_vec();
            if let Some(byte) = xml.get_mut(at) {
                *byte ^= by;
            }
            let _ = parse_directory(&xml);
        }
    }
}
