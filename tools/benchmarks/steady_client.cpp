// steady_client PORT SECONDS: a good client, which asks /healthz every 2 ms on one connection. Prints how many answers
// it got and the median, 99th percentile and maximum of their latency in microseconds.

#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>

#include "tools/benchmarks/sockets.hpp"

namespace {

constexpr double kPaceUs = 2000;

void sleep_until(double at_us) {
  const timespec at{static_cast<time_t>(at_us / 1e6), static_cast<long>(at_us * 1e3) % 1'000'000'000};
  clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &at, nullptr);
}

}  // namespace

int main(int count, char** arguments) {
  if (count < 3) return 2;
  try {
    const int socket = bench::connect_to(std::atoi(arguments[1]));
    std::vector<double> latencies;
    const double end = bench::now_us() + std::atof(arguments[2]) * 1e6;
    for (double next = bench::now_us(); next < end; next = std::max(next + kPaceUs, bench::now_us())) {
      sleep_until(next);
      const double start = bench::now_us();
      bench::write_all(socket, "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n");
      const std::string answer = bench::read_until(socket, "\r\n\r\n");
      if (answer.find(" 200 ") == std::string::npos) throw std::runtime_error("not answered: " + answer);
      latencies.push_back(bench::now_us() - start);
    }
    std::printf("%zu %.1f %.1f %.1f\n", latencies.size(), bench::quantile(latencies, 0.5),
                bench::quantile(latencies, 0.99), bench::quantile(latencies, 1));
  } catch (const std::exception& error) {
    std::fprintf(stderr, "steady_client: %s\n", error.what());
    return 1;
  }
}
