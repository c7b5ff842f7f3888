// Floor of a gateway: a libuv loop that listens on a free port and answers 200 to whatever it is sent.

#include <uv.h>

#include <cstdio>
#include <cstdlib>

namespace {

const char answer[] = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok";
char buffer[4096];

void close_peer(uv_handle_t* peer) {
  std::free(peer);
}

void on_written(uv_write_t* request, int) {
  uv_close(reinterpret_cast<uv_handle_t*>(request->handle), close_peer);
  std::free(request);
}

void on_read(uv_stream_t* peer, ssize_t size, const uv_buf_t*) {
  if (size == 0) return;
  uv_read_stop(peer);
  auto* request = static_cast<uv_write_t*>(std::malloc(sizeof(uv_write_t)));
  uv_buf_t bytes = uv_buf_init(const_cast<char*>(answer), sizeof(answer) - 1);
  uv_write(request, peer, &bytes, 1, on_written);
}

void on_connection(uv_stream_t* server, int status) {
  if (status < 0) return;
  auto* peer = static_cast<uv_tcp_t*>(std::malloc(sizeof(uv_tcp_t)));
  uv_tcp_init(server->loop, peer);
  uv_accept(server, reinterpret_cast<uv_stream_t*>(peer));
  const auto lend = [](uv_handle_t*, std::size_t, uv_buf_t* into) { *into = uv_buf_init(buffer, sizeof(buffer)); };
  uv_read_start(reinterpret_cast<uv_stream_t*>(peer), lend, on_read);
}

}  // namespace

int main() {
  uv_loop_t* loop = uv_default_loop();
  uv_tcp_t server;
  uv_tcp_init(loop, &server);
  sockaddr_in address{};
  uv_ip4_addr("127.0.0.1", 0, &address);
  uv_tcp_bind(&server, reinterpret_cast<sockaddr*>(&address), 0);
  if (uv_listen(reinterpret_cast<uv_stream_t*>(&server), 128, on_connection) != 0) return 1;
  int size = sizeof(address);
  uv_tcp_getsockname(&server, reinterpret_cast<sockaddr*>(&address), &size);
  std::printf("chela gateway ready: http://127.0.0.1:%d (floor)\n", ntohs(address.sin_port));
  std::fflush(stdout);
  uv_signal_t signal;
  uv_signal_init(loop, &signal);
  uv_signal_start(&signal, [](uv_signal_t* handle, int) { uv_stop(handle->loop); }, SIGTERM);
  return uv_run(loop, UV_RUN_DEFAULT) < 0;
}
