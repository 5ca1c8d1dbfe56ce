//! Framing of HL7 version 2 (MLLP).
