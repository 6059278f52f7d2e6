/** Node's errors of names, sockets and TLS in words; what has its own words keeps them. */
export function connectionWords(error: NodeJS.ErrnoException): string {
  const code = error.code ?? '';
  const known = reasons[code];
  if (known !== undefined) return known;
  return code === '' || error.name === 'AbortError' ? error.message : `its connection failed (${code})`;
}

const reasons: Record<string, string | undefined> = {
  ENOTFOUND: 'there is no such server',
  ENODATA: 'there is no such server',
  EAI_AGAIN: 'the network cannot say where it is',
  ECONNREFUSED: 'nothing answers there',
  ECONNRESET: 'the connection was cut',
  ETIMEDOUT: 'no answer in time',
  ETIMEOUT: 'the name server did not answer in time',
  EHOSTUNREACH: 'there is no way to it',
  ENETUNREACH: 'there is no network',
  ABORT_ERR: 'it was stopped',
  EPROTO: 'it does not speak TLS as expected',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate was made for another name',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: 'its certificate is not valid yet',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is self-made, nobody vouches for it',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate was issued by somebody whom this computer does not know',
  UNABLE_TO_GET_ISSUER_CERT: 'its certificate was issued by somebody whom this computer does not know',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    'its certificate was issued by somebody whom this computer does not know',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate was issued by somebody whom this computer does not know',
};
