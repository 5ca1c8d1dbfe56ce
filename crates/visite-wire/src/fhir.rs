//! HL7 FHIR capability statement.
