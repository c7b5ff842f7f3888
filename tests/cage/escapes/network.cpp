#include <linux/netlink.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstring>

#include "tests/cage/escapes/attempt.hpp"

namespace cage_escapes {
namespace {

bool connects_to_port(int type, const std::string& port) {
  int descriptor = socket(AF_INET, type | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(std::stoi(port)));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (descriptor < 0 || connect(descriptor, reinterpret_cast<sockaddr*>(&address), sizeof(address)) != 0) return false;
  return send(descriptor, "x", 1, MSG_NOSIGNAL) == 1;
}

bool connects_to(const std::string& name, bool abstract, int type = SOCK_STREAM) {
  int descriptor = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::size_t skipped = abstract ? 1 : 0;
  std::memcpy(address.sun_path + skipped, name.data(), name.size());
  auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + skipped + name.size());
  return descriptor >= 0 && connect(descriptor, reinterpret_cast<sockaddr*>(&address), size) == 0;
}

// A pair needs no socket(), and one end of a datagram pair may send anywhere.
bool pair_sends_to_abstract(const std::string& name) {
  int ends[2];
  if (socketpair(AF_UNIX, SOCK_DGRAM, 0, ends) != 0) return false;
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path + 1, name.data(), name.size());
  auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + 1 + name.size());
  return sendto(ends[0], "x", 1, MSG_NOSIGNAL, reinterpret_cast<sockaddr*>(&address), size) == 1;
}

bool has_socket(int family, int type, int protocol) {
  return socket(family, type | SOCK_CLOEXEC, protocol) >= 0;
}

}  // namespace

std::vector<Attempt> on_the_network() {
  return {
      {"tcp", [](const Arguments& a) { return connects_to_port(SOCK_STREAM, a[0]); }},
      {"udp", [](const Arguments& a) { return connects_to_port(SOCK_DGRAM, a[0]); }},
      {"abstract_socket", [](const Arguments& a) { return connects_to(a[0], true); }},
      {"abstract_datagram", [](const Arguments& a) { return pair_sends_to_abstract(a[0]); }},
      {"path_socket", [](const Arguments& a) { return connects_to(a[0], false); }},
      {"netlink", [](const Arguments&) { return has_socket(AF_NETLINK, SOCK_RAW, NETLINK_ROUTE); }},
      {"packet_socket", [](const Arguments&) { return has_socket(AF_PACKET, SOCK_RAW, 0); }},
      {"raw_socket", [](const Arguments&) { return has_socket(AF_INET, SOCK_RAW, IPPROTO_ICMP); }},
  };
}

}  // namespace cage_escapes
