// A named thread that is stopped and joined when its owner destroys it. An exception from the function ends
// the program with a line that names the thread: nothing is thrown across threads.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <thread>

namespace vigia {

class Worker {
 public:
  Worker() = default;
  // name: as the system shows it, at most 15 letters.
  Worker(std::string name, std::function<void(const std::stop_token&)> run);

  void request_stop() { thread_.request_stop(); }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::jthread thread_;
};

}  // namespace vigia
