//! How a provider appears to its practices: kept as a setting of the installation.

use crate::pages::Brand;
use crate::web::app::App;
use crate::web::refusal::Refusal;
use serde::{Deserialize, Serialize};

/// The setting that holds name, telephone and mail.
pub const SETTING: &str = "branding";
/// The setting that holds the logo: a PNG, in base64.
pub const LOGO: &str = "branding.logo";

/// What the setting holds.
#[derive(Default, Serialize, Deserialize)]
pub struct Kept {
    /// Name of the provider.
    pub name: String,
    /// Telephone.
    pub phone: String,
    /// E-mail address.
    pub mail: String,
}

/// The brand; none where nobody set it.
pub async fn load(app: &App) -> Result<Option<Brand>, Refusal> {
    let Some(text) = app.store().setting(SETTING).await? else { return Ok(None) };
    let Kept { name, phone, mail } = serde_json::from_str(&text)?;
    let logo = app.store().setting(LOGO).await?.is_some();
    Ok(Some(Brand { name, phone, mail, logo }))
}
