"""A controller that speaks Modbus over TCP (pymodbus), with device identification. Usage: modbus.py PORT"""

import asyncio
import sys

from pymodbus import ModbusDeviceIdentification
from pymodbus.datastore import ModbusSequentialDataBlock, ModbusServerContext
from pymodbus.server import StartAsyncTcpServer

try:
    from pymodbus.datastore import ModbusDeviceContext
except ImportError:
    from pymodbus.datastore import ModbusSlaveContext as ModbusDeviceContext


async def main(port):
    identity = ModbusDeviceIdentification(
        info_name={
            "VendorName": "Labor",
            "ProductCode": "LUEFTUNG",
            "MajorMinorRevision": "1.4",
            "ProductName": "Lueftung",
        }
    )
    context = ModbusServerContext(
        ModbusDeviceContext(**{kind: ModbusSequentialDataBlock(1, [17] * 20) for kind in ("di", "co", "hr", "ir")}),
        single=True,
    )
    await asyncio.gather(
        *(StartAsyncTcpServer(context, identity=identity, address=(address, port)) for address in ("0.0.0.0", "::"))
    )


asyncio.run(main(int(sys.argv[1])))
