//! Windows Remote Desktop: negotiation (MS-RDPBCGR 2.2.1).
