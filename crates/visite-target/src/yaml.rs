use std::fmt;
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mistake {
    pub file: String,
    pub line: u64,
    pub column: u64,
    pub message: String,
    pub hint: Option<String>,
    pub snippet: String,
}
impl fmt::Display for Mistake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}:{}: {}", self.file, self.line, self.column, self.message)?;
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {hint}")?;
        }
        Ok(())
    }
}
impl std::error::Error for Mistake {}
pub fn from_yaml<T: serde::de::DeserializeOwned>(text: &str, file: &str) -> Result<T, Mistake> {
    serde_saphyr::from_str(text).map_err(|e| {
        let l = e.location();
        Mistake {
            file: file.into(),
            line: l.map_or(0, |l| l.line()),
            column: l.map_or(0, |l| l.column()),
            message: e.to_string(),
            hint: None,
            snippet: String::new(),
        }
    })
}
