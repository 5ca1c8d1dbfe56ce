//! Service directory of a connector (gemSpec_Kon).
