#pragma once

// What the load programs share: blocking sockets to the gateway on this machine. Failures are exceptions; the programs
// say them and end. Any thread.

#include <string>
#include <vector>

namespace bench {

double now_us();  // of the monotonic clock, which all processes of the machine share

// Connected to 127.0.0.1, without delay and with 20 s of patience. `source` is the last number of our own address
// 127.0.1.x; 0: whatever the system picks.
int connect_to(int port, int source = 0);
void write_all(int socket, const std::string& bytes);
// Reads up to and including `end`; what has come after it is dropped.
std::string read_until(int socket, const std::string& end);
void open_websocket(int socket, const std::string& path = "/ws");
std::string text_frame(const std::string& text);  // as a client sends it, under a mask of zeros

// The value below which `fraction` of the values are.
double quantile(std::vector<double> values, double fraction);

}  // namespace bench
