// Floor of start-up: what a dynamically linked C++ program costs before it does anything.
#include <iostream>

int main() {
  std::cout << "hello ready" << std::endl;
}
