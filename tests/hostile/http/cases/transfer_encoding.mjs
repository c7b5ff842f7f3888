// Transfer-Encoding in the spellings that make one reader see a chunked body and another one none. The list of
// spellings follows defparam's smuggler and PortSwigger's "HTTP Desync Attacks" (TE.TE).

import { group, host, post } from '../table.mjs';

const last = '0\r\n\r\n';
const coding = (value) => post(`Transfer-Encoding:${value}\r\n`, last);
const lines = (text) => post(text, last);
// Beside a length: where the line is read as a coding, the two exclude each other.
const beside = (text) => post(`Content-Length: 5\r\n${text}`, last);

const odd = {
  '01': '\x01',
  '04': '\x04',
  '08': '\x08',
  '0b': '\x0b',
  '0c': '\x0c',
  '1f': '\x1f',
  '7f': '\x7f',
  a0: '\xa0',
  ff: '\xff',
};
const odds = (spell) =>
  Object.entries(odd).map(([name, byte]) => [`byte ${name} ${spell('…')}`, beside(`${spell(byte)}\r\n`), '400 closed']);

export default {
  subject: 'Transfer-Encoding',
  cases: [
    ...group('RFC 9112 7', 'The coding `chunked`, and nothing else, is understood.', [
      ['chunked', coding(' chunked'), '201 open'],
      ['in upper case', lines('TRANSFER-ENCODING: CHUNKED\r\n'), '201 open'],
      ['in odd case', lines('TrAnSFer-EnCODinG: cHuNkeD\r\n'), '201 open'],
      ['without a blank', coding('chunked'), '201 open'],
      ['after two blanks', coding('  chunked'), '201 open'],
    ]),
    ...group('RFC 9112 6.1; llhttp transfer-encoding', 'Any other coding leaves the end of the body open.', [
      ['unknown', coding(' xchunked'), '400 closed'],
      ['cut short', coding(' chunk'), '400 closed'],
      ['longer', coding(' chunkedfoo'), '400 closed'],
      ['identity', coding(' identity'), '400 closed'],
      ['gzip', coding(' gzip'), '400 closed'],
      ['gzip, then chunked', coding(' gzip, chunked'), '400 closed'],
      ['chunked, then gzip', coding(' chunked, gzip'), '400 closed'],
      ['chunked, then identity', coding(' chunked, identity'), '400 closed'],
      ['chunked, then cow', coding(' chunked, cow'), '400 closed'],
      ['cow, then chunked', coding(' cow, chunked'), '400 closed'],
      ['chunked in a list of words', coding(' cow chunked bar'), '400 closed'],
      ['chunked twice in a list', coding(' chunked, chunked'), '400 closed'],
      ['chunked and a comma', coding(' chunked,'), '400 closed'],
      ['a comma and chunked', coding(' ,chunked'), '400 closed'],
      ['in two lines', lines('Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n'), '400 closed'],
      ['in two lines, first cow', lines('Transfer-Encoding: cow\r\nTransfer-Encoding: chunked\r\n'), '400 closed'],
      ['in two lines, last cow', lines('Transfer-Encoding: chunked\r\nTransfer-encoding: cow\r\n'), '400 closed'],
      [
        'in two lines, last identity',
        lines('Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n'),
        '400 closed',
      ],
      ['in two lines, first empty', lines('Transfer-Encoding:\r\nTransfer-Encoding: chunked\r\n'), '400 closed'],
      ['after a tab', coding('\tchunked'), '400 closed'],
      ['before a tab', coding(' chunked\t'), '400 closed'],
      ['empty', coding(''), '400 closed'],
      ['with a parameter', coding(' chunked;q=1'), '400 closed'],
      ['with a bare semicolon', coding(' chunked;'), '400 closed'],
      ['double quoted', coding(' "chunked"'), '400 closed'],
      ['single quoted', coding(" 'chunked'"), '400 closed'],
      ['percent-encoded', coding(' chunke%64'), '400 closed'],
      ['accented', coding(' ch\x96nked'), '400 closed'],
      ['with a Kelvin sign', coding(' chun\xe2\x84\xaaed'), '400 closed'],
    ]),
    ...group('RFC 9112 6.1', 'A length beside a coding is refused, in either order.', [
      ['length before', beside('Transfer-Encoding: chunked\r\n'), '400 closed'],
      ['length behind', lines('Transfer-Encoding: chunked\r\nContent-Length: 5\r\n'), '400 closed'],
      ['length of zero', lines('Transfer-Encoding: chunked\r\nContent-Length: 0\r\n'), '400 closed'],
      ['length and an unknown coding', beside('Transfer-Encoding: cow\r\n'), '400 closed'],
      ['length and identity', beside('Transfer-Encoding: identity\r\n'), '400 closed'],
      ['length and nothing', beside('Transfer-Encoding:\r\n'), '400 closed'],
    ]),
    ...group('RFC 9112 6.1', 'HTTP/1.0 knows no transfer codings.', [
      ['in HTTP/1.0', `POST /api/sessions HTTP/1.0\r\n${host}Transfer-Encoding: chunked\r\n\r\n${last}`, '400 closed'],
      [
        'in HTTP/1.0, kept alive',
        `POST /api/sessions HTTP/1.0\r\n${host}Connection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n${last}`,
        '400 closed',
      ],
    ]),
    ...group('RFC 9112 5.1; smuggler `exhaustive`', 'What only looks like the name is refused, or is another header.', [
      ['blank before the name', beside(' Transfer-Encoding: chunked\r\n'), '400 closed'],
      ['tab before the name', beside('\tTransfer-Encoding: chunked\r\n'), '400 closed'],
      ['blank before the colon', beside('Transfer-Encoding : chunked\r\n'), '400 closed'],
      ['tab around the colon', beside('Transfer-Encoding\t:\tchunked\r\n'), '400 closed'],
      ['blank in the name', beside('Transfer Encoding: chunked\r\n'), '400 closed'],
      ['carriage return in the name', beside('Transfer\r-Encoding: chunked\r\n'), '400 closed'],
      ['accent in the name', beside('Transf\x82r-Encoding: chunked\r\n'), '400 closed'],
      ['NUL in the name', beside('Transfer-Encoding\x00: chunked\r\n'), '400 closed'],
      ['underscore in the name', beside('Transfer_Encoding: chunked\r\n'), '201 open'],
      ['another name', beside('Content-Encoding: chunked\r\n'), '201 open'],
      ['the name as a value', beside('X: Transfer-Encoding: chunked\r\n'), '201 open'],
    ]),
    ...group(
      'RFC 9112 2.2 and 5.2; smuggler `default`',
      'No line ends but by CRLF, and no header goes on in the next line.',
      [
        ['folded', beside('Transfer-Encoding:\r\n chunked\r\n'), '400 closed'],
        ['folded by a tab', beside('Transfer-Encoding:\r\n\tchunked\r\n'), '400 closed'],
        ['folded after a comma', beside('Transfer-Encoding: chunked,\r\n cow\r\n'), '400 closed'],
        ['folded by a bare line feed', beside('Transfer-Encoding:\n chunked\r\n'), '400 closed'],
        ['behind a bare carriage return', beside('X: y\rTransfer-Encoding: chunked\r\n'), '400 closed'],
        ['behind a bare line feed', beside('X: y\nTransfer-Encoding: chunked\r\n'), '400 closed'],
        ['behind an empty value and a bare line feed', beside('X:\nTransfer-Encoding: chunked\r\n'), '400 closed'],
        ['behind LF CR', beside('X: y\n\rTransfer-Encoding: chunked\r\n'), '400 closed'],
        ['ended by CR CR LF', beside('Transfer-Encoding: chunked\r\r\n'), '400 closed'],
        ['before a bare carriage return', beside('Transfer-Encoding: chunked\rX: y\r\n'), '400 closed'],
        ['before a bare line feed', beside('Transfer-Encoding: chunked\nX: y\r\n'), '400 closed'],
      ],
    ),
    ...group('RFC 9110 5.5; smuggler `default`', 'A byte that some take for a blank makes no coding.', [
      ...odds((byte) => `Transfer-Encoding:${byte}chunked`),
      ...odds((byte) => `Transfer-Encoding${byte}: chunked`),
      ...odds((byte) => `${byte}Transfer-Encoding: chunked`),
      ...odds((byte) => `Transfer-Encoding: chunked${byte}`),
    ]),
  ],
};
