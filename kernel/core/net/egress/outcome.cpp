#include "kernel/core/net/egress/outcome.hpp"

namespace chela::net {

namespace {

struct Meaning {
  EgressLayer layer;
  ErrorCode code;
};

Meaning meaning_of_failed_receive(const TransferPoint& reached, std::string_view text) {
  // libcurl has no code of its own for broken chunk framing.
  if (text.ends_with("chunked-encoding")) return {EgressLayer::protocol, ErrorCode::protocol};
  // A refused tunnel (407 to CONNECT) is reported as a failed receive.
  if (!reached.connected) {
    return {reached.via_proxy ? EgressLayer::proxy : EgressLayer::connect, ErrorCode::unavailable};
  }
  return {EgressLayer::cut_short, ErrorCode::unavailable};
}

Meaning meaning_of(CURLcode code, const TransferPoint& reached, std::string_view text) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_HOST:
      return {EgressLayer::dns, ErrorCode::unavailable};
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_PROXY:
      return {EgressLayer::proxy, ErrorCode::unavailable};
    case CURLE_COULDNT_CONNECT:
    case CURLE_INTERFACE_FAILED:
      return {reached.via_proxy ? EgressLayer::proxy : EgressLayer::connect, ErrorCode::unavailable};
    case CURLE_SSL_CONNECT_ERROR:
      return {EgressLayer::tls, ErrorCode::unavailable};
    case CURLE_PEER_FAILED_VERIFICATION:
    case CURLE_SSL_ISSUER_ERROR:
    case CURLE_SSL_PINNEDPUBKEYNOTMATCH:
    case CURLE_SSL_INVALIDCERTSTATUS:
    case CURLE_SSL_CIPHER:
    case CURLE_USE_SSL_FAILED:
      return {EgressLayer::tls, ErrorCode::protocol};
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_SSL_CRL_BADFILE:
    case CURLE_SSL_CERTPROBLEM:
      return {EgressLayer::tls, ErrorCode::invalid_argument};
    case CURLE_SEND_ERROR:
    case CURLE_SEND_FAIL_REWIND:
      return {EgressLayer::send, ErrorCode::unavailable};
    case CURLE_RECV_ERROR:
    case CURLE_GOT_NOTHING:
      return meaning_of_failed_receive(reached, text);
    case CURLE_PARTIAL_FILE:
    case CURLE_HTTP2_STREAM:
      return {EgressLayer::cut_short, ErrorCode::unavailable};
    case CURLE_FILESIZE_EXCEEDED:
      return {EgressLayer::too_large, ErrorCode::too_large};
    case CURLE_URL_MALFORMAT:
      return {EgressLayer::protocol, ErrorCode::invalid_argument};
    case CURLE_UNSUPPORTED_PROTOCOL:  // an answer without a status line counts as HTTP/0.9
    case CURLE_WEIRD_SERVER_REPLY:
    case CURLE_BAD_CONTENT_ENCODING:
    case CURLE_HTTP2:
    case CURLE_CHUNK_FAILED:
    case CURLE_HTTP_RETURNED_ERROR:
      return {EgressLayer::protocol, ErrorCode::protocol};
    case CURLE_OPERATION_TIMEDOUT:  // the kernel's own deadlines come first
      return {EgressLayer::connect, ErrorCode::timed_out};
    case CURLE_OUT_OF_MEMORY:
      return {EgressLayer::internal, ErrorCode::exhausted};
    default:
      return {EgressLayer::internal, ErrorCode::internal};
  }
}

// Sentences of libcurl begin with a capital letter, errors here do not; acronyms stay.
std::string in_our_manner(std::string_view text) {
  std::string words(text);
  while (!words.empty() && (words.back() == '\n' || words.back() == '.')) words.pop_back();
  auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
  if (words.size() > 1 && is_upper(words[0]) && !is_upper(words[1])) words[0] = static_cast<char>(words[0] - 'A' + 'a');
  return words;
}

}  // namespace

EngineFailure describe_failure(CURLcode code, const TransferPoint& reached, std::string_view text) {
  // One header line above libcurl's own limit (100 KB) is reported as being out of memory.
  if (code == CURLE_OUT_OF_MEMORY && reached.connected && !reached.head_delivered) {
    return {EgressLayer::too_large, ErrorCode::too_large, "the response's headers exceed the limit"};
  }
  Meaning meaning = meaning_of(code, reached, text);
  std::string words = in_our_manner(text.empty() ? curl_easy_strerror(code) : text);
  if (code == CURLE_PEER_FAILED_VERIFICATION) {
    words += "; a private certificate authority has to be named (ca_file)";
  }
  return {meaning.layer, meaning.code, std::move(words)};
}

}  // namespace chela::net
