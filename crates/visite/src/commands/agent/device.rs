//! The question that comes before any agent: does this computer belong to a medical device? On such a computer nothing is
//! installed without its manufacturer.

use crate::cli::{DeviceArgs, YesNo};
use crate::failure::{Failure, Kind};
use std::io::{BufRead, IsTerminal};
use visite_agent::protocol::MedicalDevice;
use visite_facts::Lang;

/// The answer from the arguments, or from whoever sits at the terminal.
pub fn answer(arguments: &DeviceArgs, lang: Lang) -> Result<MedicalDevice, Failure> {
    let belongs = match arguments.medical_device {
        Some(answer) => answer,
        None => asked(lang)?,
    };
    let approval = arguments.manufacturer_approval.as_deref().map(str::trim).filter(|text| !text.is_empty());
    match (belongs, approval) {
        (YesNo::No, None) => Ok(MedicalDevice::No),
        (YesNo::Yes, Some(approval)) => Ok(MedicalDevice::Approved { approval: approval.to_owned() }),
        (YesNo::Yes, None) => Err(Failure::new(
            Kind::Permission,
            "Auf einem Medizinprodukt wird ohne Freigabe des Herstellers nichts installiert",
            "nothing is installed on a medical device without its manufacturer's approval",
        )
        .hint(
            "Bitten Sie den Hersteller um eine schriftliche Freigabe, dann: --manufacturer-approval \"Wer, was, wann\"",
            "ask the manufacturer for a written approval, then: --manufacturer-approval \"who, what, when\"",
        )),
        (YesNo::No, Some(_)) => Err(Failure::new(
            Kind::Data,
            "Eine Freigabe des Herstellers gehört zu `--medical-device yes`",
            "an approval of the manufacturer belongs to `--medical-device yes`",
        )),
    }
}

fn asked(lang: Lang) -> Result<YesNo, Failure> {
    let stdin = std::io::stdin();
    if stdin.is_terminal() && std::io::stderr().is_terminal() {
        // A person who mistypes is asked again, but not for ever.
        for _ in 0..3 {
            eprint!(
                "{}",
                match lang {
                    Lang::De => "Gehört dieser Computer zu einem Medizinprodukt (Röntgen, EKG, Labor ...)? [ja/nein] ",
                    Lang::En => "Does this computer belong to a medical device (X-ray, ECG, laboratory ...)? [yes/no] ",
                }
            );
            let mut line = String::new();
            if stdin.lock().read_line(&mut line).unwrap_or(0) == 0 {
                break;
            }
            match line.trim().to_lowercase().as_str() {
                "ja" | "j" | "yes" | "y" => return Ok(YesNo::Yes),
                "nein" | "n" | "no" => return Ok(YesNo::No),
                _ => {}
            }
        }
    }
    Err(Failure::new(
        Kind::Missing,
        "Es fehlt, ob dieser Computer zu einem Medizinprodukt gehört",
        "it was not said whether this computer belongs to a medical device",
    )
    .hint("Ergänzen Sie: --medical-device no (oder yes)", "add: --medical-device no (or yes)"))
}
