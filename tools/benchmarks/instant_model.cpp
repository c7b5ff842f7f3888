// A model server that answers at once: 20 server-sent events, each its own write, over keep-alive connections.
// Prints `model ready PORT`; one thread per connection, so that it never is what a benchmark waits for.

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>
#include <vector>

namespace {

constexpr int kPieces = 20;

std::string chunk_of(const std::string& event) {
  const std::string data = "data: " + event + "\n\n";
  char size[16];
  std::snprintf(size, sizeof(size), "%zx\r\n", data.size());
  return size + data + "\r\n";
}

std::vector<std::string> make_answer() {
  const std::string head = R"({"id":"chatcmpl-1","object":"chat.completion.chunk","created":1,"model":"test-model",)";
  std::vector<std::string> writes;
  for (int piece = 0; piece < kPieces; ++piece) {
    writes.push_back(
        chunk_of(head + R"("choices":[{"index":0,"delta":{"content":"a few words "},"finish_reason":null}]})"));
  }
  writes.push_back(
      chunk_of(head + R"("choices":[{"index":0,"delta":{},"finish_reason":"stop"}]})") +
      chunk_of(head + R"("choices":[],"usage":{"prompt_tokens":9,"completion_tokens":60,"total_tokens":69}})") +
      chunk_of("[DONE]") + "0\r\n\r\n");
  writes.front() =
      "HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n" + writes.front();
  return writes;
}

bool write_all(int socket, const std::string& bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    const ssize_t size = send(socket, bytes.data() + at, bytes.size() - at, MSG_NOSIGNAL);
    if (size <= 0) return false;
    at += static_cast<std::size_t>(size);
  }
  return true;
}

// Takes one request off `bytes`, reading on as needed. False at the end of the connection.
bool take_request(int socket, std::string& bytes) {
  char buffer[65536];
  for (;;) {
    const std::size_t end = bytes.find("\r\n\r\n");
    if (end != std::string::npos) {
      std::size_t at = bytes.find("ontent-Length: ");
      if (at == std::string::npos) at = bytes.find("ontent-length: ");
      const std::size_t body = at < end ? std::strtoul(bytes.c_str() + at + 15, nullptr, 10) : 0;
      if (bytes.size() >= end + 4 + body) {
        bytes.erase(0, end + 4 + body);
        return true;
      }
    }
    const ssize_t size = recv(socket, buffer, sizeof(buffer), 0);
    if (size <= 0) return false;
    bytes.append(buffer, static_cast<std::size_t>(size));
  }
}

void serve(int socket, const std::vector<std::string>& answer) {
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
  std::string bytes;
  bool open = true;
  while (open && take_request(socket, bytes)) {
    for (const std::string& piece : answer) open = open && write_all(socket, piece);
  }
  close(socket);
}

}  // namespace

int main() {
  const std::vector<std::string> answer = make_answer();
  const int server = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof(address);
  if (bind(server, reinterpret_cast<sockaddr*>(&address), size) != 0 || listen(server, 128) != 0) return 1;
  getsockname(server, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("model ready %d\n", ntohs(address.sin_port));
  std::fflush(stdout);
  for (;;) {
    const int socket = accept(server, nullptr, nullptr);
    if (socket >= 0) std::thread(serve, socket, std::cref(answer)).detach();
  }
}
