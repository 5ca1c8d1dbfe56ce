//! Windows file sharing: dialects, signing, guest sessions (MS-SMB, MS-SMB2).
