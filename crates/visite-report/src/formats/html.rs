//! x
use std::io;
/// x
pub fn render(_a: &visite_facts::Assessment, _o: &crate::Options<'_>, _out: &mut dyn io::Write) -> io::Result<()> {
    Ok(())
}
