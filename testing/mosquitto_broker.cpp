#include "testing/mosquitto_broker.h"

#include <fmt/format.h>
#include <netinet/in.h>
#include <signal.h>
#include <sys/socket.h>

#include <chrono>
#include <cstdlib>
#include <fstream>
#include <thread>

namespace vigia::testing {
namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

bool takes_connections(int port) {
  const Fd fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const sockaddr_in address = loopback(port);
  return fd.valid() && ::connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0;
}

}  // namespace

Result<std::unique_ptr<MosquittoBroker>> MosquittoBroker::start(MosquittoOptions options) {
  std::unique_ptr<MosquittoBroker> broker(new MosquittoBroker(std::move(options)));
  if (Status held = broker->hold_port(); !held) return held.error();
  if (Status written = broker->write_config(); !written) return written.error();
  if (Status up = broker->come_up(); !up) return up.error();
  return broker;
}

// mosquitto sets SO_REUSEADDR, too: so both may have the port, and no other program gets it.
Status MosquittoBroker::hold_port() {
  holder_ = Fd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  const int yes = 1;
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof address;
  if (!holder_.valid() || ::setsockopt(holder_.get(), SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
      ::bind(holder_.get(), reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      ::getsockname(holder_.get(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return Error{ErrorCode::io, "no free port"};
  }
  port_ = ntohs(address.sin_port);
  return ok_status();
}

Status MosquittoBroker::write_config() const {
  std::ofstream config(folder_ / "mosquitto.conf");
  config << "listener " << port_ << " 127.0.0.1\n"
         << "persistence false\nlog_dest stderr\nlog_type all\n"
         << "user root\n";  // started by root it stays that, so that it can read this folder
  if (options_.user.empty()) {
    config << "allow_anonymous true\n";
  } else {
    const std::string file = folder_ / "passwords";
    const std::string command = fmt::format("{} -c -b '{}' '{}' '{}' 2>/dev/null", MOSQUITTO_PASSWD_PROGRAM,
                                            file, options_.user, options_.password);
    if (std::system(command.c_str()) != 0) return Error{ErrorCode::io, "mosquitto_passwd failed"};
    config << "allow_anonymous false\npassword_file " << file << "\n";
  }
  if (!options_.cert_file.empty()) {
    config << "certfile " << options_.cert_file << "\nkeyfile " << options_.key_file << "\n";
  }
  for (const std::string& line : options_.more_lines) config << line << "\n";
  config.close();
  return config.good() ? ok_status() : Error{ErrorCode::io, "mosquitto.conf cannot be written"};
}

Status MosquittoBroker::come_up() {
  program_ = std::make_unique<Program>(
      Program::Start{MOSQUITTO_PROGRAM, {"-c", folder_ / "mosquitto.conf"}, {}, folder_.path()});
  while (!takes_connections(port_)) {
    if (!program_->running()) return Error{ErrorCode::io, "mosquitto ended: " + program_->err()};
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return ok_status();
}

std::string MosquittoBroker::url() const {
  return fmt::format("{}://127.0.0.1:{}", options_.cert_file.empty() ? "mqtt" : "mqtts", port_);
}

void MosquittoBroker::kill() {
  program_->signal(SIGKILL);
  static_cast<void>(program_->wait());
}

void MosquittoBroker::suspend(bool is) const {
  program_->signal(is ? SIGSTOP : SIGCONT);
}

std::string MosquittoBroker::log() const {
  return program_->err();
}

}  // namespace vigia::testing
