// A named thread that is asked to stop and joined when its owner lets go of it. What the function
// throws ends the program with a line that names the thread: nothing is thrown across threads.
#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <thread>

namespace vigia {

class Worker {
 public:
  Worker() = default;
  // name: as the system shows it, 15 letters at most.
  Worker(std::string name, std::function<void(const std::stop_token&)> run);

  void request_stop() { thread_.request_stop(); }
  void join() {
    if (thread_.joinable()) thread_.join();
  }

 private:
  std::jthread thread_;
};

}  // namespace vigia
