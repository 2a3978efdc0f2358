// A gRPC service with one call, whose messages are bytes as they come.

/** @param {Buffer} bytes */
const same = (bytes) => bytes

export const echoService = {
  echo: {
    path: '/netfd.Echo/echo',
    requestStream: false,
    responseStream: false,
    requestSerialize: same,
    requestDeserialize: same,
    responseSerialize: same,
    responseDeserialize: same,
  },
}
