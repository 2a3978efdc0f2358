// A certificate for localhost, and its key.
//
// They lie here because Node can read certificates and not make them, and an example should need no openssl.
// The key is public: a program that trusts the certificate trusts all who have read this file.

/** The key of the certificate, as PEM. */
export const KEY = `-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgvAcbHHKF65ov8f+g
JzwESifMLTQMimEWv3pnnvn5wZ2hRANCAARI9dTQd82IeCCeahTiQs8HC/xqc0wB
DEpxLn5bqiNiwOuAMfN6vIvjv8zY8ufjwcEHEGlLTfEKeY3EUossoNFH
-----END PRIVATE KEY-----`

/** For localhost and 127.0.0.1, from 2020 to 2120; signed with its own key. */
export const CERT = `-----BEGIN CERTIFICATE-----
MIIBdzCCAR2gAwIBAgIRAOAl/U9CrbE4rXRksmjxdKYwCgYIKoZIzj0EAwIwFDES
MBAGA1UEAwwJbG9jYWxob3N0MCAXDTIwMDEwMTAwMDAwMFoYDzIxMjAwMTAxMDAw
MDAwWjAUMRIwEAYDVQQDDAlsb2NhbGhvc3QwWTATBgcqhkjOPQIBBggqhkjOPQMB
BwNCAARI9dTQd82IeCCeahTiQs8HC/xqc0wBDEpxLn5bqiNiwOuAMfN6vIvjv8zY
8ufjwcEHEGlLTfEKeY3EUossoNFHo04wTDAPBgNVHRMBAf8EBTADAQH/MBoGA1Ud
EQQTMBGCCWxvY2FsaG9zdIcEfwAAATAdBgNVHQ4EFgQUNLsvq3QOoEGpPYgGyP0i
TUjADP0wCgYIKoZIzj0EAwIDSAAwRQIhAKZQNipyZgmkt5ppT0Zb7mwplNjQ3qni
d/BAx6fBIufiAiAD38Wynd+kcuba4GFiblayhKuim42YQAO4rrZ4oznXZA==
-----END CERTIFICATE-----`
