"""The player's payload, read as its documentation says it is laid out."""

import json
import struct

import numpy as np

TYPES = {"f4": "<f4", "u1": "u1", "u4": "<u4"}


def unpack(data):
    """The header, a function from a reference in it to its array, and where the arrays begin."""
    length = struct.unpack_from("<I", data)[0]
    header = json.loads(data[4 : 4 + length])
    body = 4 + length

    def array(reference):
        count = int(np.prod(reference["shape"]))
        flat = np.frombuffer(data, TYPES[reference["array"]], count, body + reference["at"])
        return flat.reshape(reference["shape"])

    return header, array, body
