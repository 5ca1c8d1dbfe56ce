pub mod yaml;
pub enum Applicability {
    Applies,
    NotApplicable(()),
    Unknown,
}
pub struct Practice {
    pub name: String,
}
