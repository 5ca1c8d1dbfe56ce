//! DICOM upper layer (PS3.8) and C-ECHO (PS3.7).
