//! Windows remote procedure calls, bind (MS-RPCE).
