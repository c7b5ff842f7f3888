// idle_client PORT COUNT [PATH]: opens COUNT WebSockets, says "open COUNT", and holds them in silence until its input
// ends. Then it says how many of them are still open and have heard nothing, as "held COUNT".

#include <poll.h>
#include <sys/resource.h>

#include <cstdio>
#include <cstdlib>
#include <exception>

#include "tools/benchmarks/sockets.hpp"

int main(int count, char** arguments) {
  if (count < 3) return 2;
  const int port = std::atoi(arguments[1]);
  const std::string path = count > 3 ? arguments[3] : "/ws";
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);
  try {
    std::vector<pollfd> sockets;
    for (int opened = 0; opened < std::atoi(arguments[2]); ++opened) {
      const int socket = bench::connect_to(port);
      auto numbered = path;
      if (auto place = path.find('#'); place != std::string::npos) numbered.replace(place, 1, std::to_string(opened));
      bench::open_websocket(socket, numbered);
      sockets.push_back({socket, POLLIN, 0});
    }
    std::printf("open %zu\n", sockets.size());
    std::fflush(stdout);
    while (std::getchar() != EOF) {
    }
    poll(sockets.data(), sockets.size(), 0);
    std::size_t held = 0;
    for (const pollfd& socket : sockets) held += socket.revents == 0;
    std::printf("held %zu\n", held);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "idle_client: %s\n", error.what());
    return 1;
  }
}
