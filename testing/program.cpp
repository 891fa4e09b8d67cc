#include "testing/program.h"

#include <signal.h>

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <thread>

namespace vigia::testing {
namespace {

using namespace std::chrono_literals;

std::string read_all(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

std::map<std::string, std::string> environment_of(const Program::Start& start) {
  std::map<std::string, std::string> all = start.environment;
  for (const char* name : {"PATH", "HOME", "ASAN_OPTIONS", "TSAN_OPTIONS", "UBSAN_OPTIONS", "LSAN_OPTIONS"}) {
    if (const char* const value = std::getenv(name)) all.insert({name, value});
  }
  return all;
}

}  // namespace

Program::Program(const Start& start) : folder_(start.folder) {
  for (const char* const name : {"stdout.txt", "stderr.txt"}) {
    std::filesystem::remove(folder_ / name);  // the output of an earlier program
  }
  auto child = Child::start({.program = start.program,
                             .arguments = start.arguments,
                             .environment = environment_of(start),
                             .out = folder_ / "stdout.txt",
                             .err = folder_ / "stderr.txt",
                             .folder = folder_});
  if (!child) throw std::runtime_error(child.error().text);
  child_ = *std::move(child);
}

Program::~Program() = default;

void Program::signal(int number) const {
  child_->signal(number);
}

pid_t Program::pid() const {
  return child_->exit_status() ? -1 : child_->pid();
}

bool Program::running() {
  return !child_->exit_status();
}

std::string Program::out() const {
  return read_all(folder_ / "stdout.txt");
}
std::string Program::err() const {
  return read_all(folder_ / "stderr.txt");
}

bool Program::wait_for_text(const std::string& text, std::chrono::seconds at_most) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  while (std::chrono::steady_clock::now() < deadline) {
    const bool alive = running();
    if ((out() + err()).find(text) != std::string::npos) return true;
    if (!alive) return false;
    std::this_thread::sleep_for(10ms);
  }
  return false;
}

Finished Program::wait(std::chrono::seconds at_most) {
  const auto deadline = std::chrono::steady_clock::now() + at_most;
  while (running()) {
    if (std::chrono::steady_clock::now() > deadline) signal(SIGKILL);
    std::this_thread::sleep_for(5ms);
  }
  return {*child_->exit_status(), out(), err()};
}

Finished run_program(const Program::Start& start) {
  return Program(start).wait();
}

}  // namespace vigia::testing
