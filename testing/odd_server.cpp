#include "testing/odd_server.h"

#include <netinet/in.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdint>
#include <fstream>
#include <iterator>
#include <sstream>
#include <thread>

#include "base/fd.h"
#include "testing/data.h"
#include "testing/loopback_listener.h"

namespace vigia::testing {
namespace {

std::filesystem::path field_folder() {
  return data_folder().parent_path() / "field";
}

std::string content_of(const std::filesystem::path& file) {
  std::ostringstream out;
  out << std::ifstream(file).rdbuf();
  return out.str();
}

std::vector<std::string> words_of(const std::string& text) {
  std::istringstream in(text);
  return {std::istream_iterator<std::string>(in), {}};
}

// The scripts say that they listen a moment before they do.
bool accepts(int port) {
  const Fd client(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return ::connect(client.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

// Nobody listens there now. Another process could take it before the server does, which then does not start.
int free_port() {
  return LoopbackListener().port();
}

}  // namespace

std::string field_file(const std::string& name) {
  return (field_folder() / "files" / name).string();
}

Result<std::unique_ptr<OddServer>> OddServer::rtsp(const std::string& arguments) {
  return start("rtsp", "rtsp_odd.py", arguments);
}

Result<std::unique_ptr<OddServer>> OddServer::http(const std::string& arguments) {
  return start("http", "http_odd.py", arguments);
}

Result<std::unique_ptr<OddServer>> OddServer::start(const std::string& scheme, const std::string& script,
                                                    const std::string& arguments) {
  std::unique_ptr<OddServer> made(new OddServer(scheme, free_port()));
  std::vector<std::string> words = {(field_folder() / "tools" / script).string(), "--port",
                                    std::to_string(made->port_)};
  for (std::string& word : words_of(arguments)) words.push_back(std::move(word));
  auto process = Child::start({.program = "/usr/bin/python3",
                               .arguments = words,
                               .environment = own_environment(),
                               .out = made->folder_ / "out.txt",
                               .err = made->folder_ / "err.txt"});
  if (!process) return process.error();
  made->process_ = *std::move(process);
  const auto give_up = std::chrono::steady_clock::now() + std::chrono::minutes(1);
  while (!accepts(made->port_)) {
    if (made->process_->exit_status() || std::chrono::steady_clock::now() > give_up) {
      return Error{ErrorCode::io, script + " does not start: " + content_of(made->folder_ / "err.txt")};
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return made;
}

std::string OddServer::url(const std::string& login, const std::string& path) const {
  return scheme_ + "://" + login + "127.0.0.1:" + std::to_string(port_) + path;
}

std::string OddServer::log() const {
  return content_of(folder_ / "out.txt");
}

int OddServer::requests(const std::string& method) const {
  const std::string text = log();
  int found = 0;
  for (std::size_t at = text.find(method + " "); at != std::string::npos;
       at = text.find(method + " ", at + 1)) {
    ++found;
  }
  return found;
}

}  // namespace vigia::testing
