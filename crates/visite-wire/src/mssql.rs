//! Microsoft SQL Server (MS-TDS).
