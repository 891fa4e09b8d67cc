// fake_findface: a FindFace Multi server on loopback for trying Vigia out. User admin, password admin.
//   fake_findface --port 8000 --camera gate=rtsp://127.0.0.1:8554/gate --prefix TESTE --log events.jsonl
#include <fmt/format.h>

#include <CLI/CLI.hpp>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <mutex>
#include <nlohmann/json.hpp>

#include "testing/fake_findface.h"

namespace {

using vigia::testing::FakeCamera;
using vigia::testing::FakeEvent;
using vigia::testing::FakeFindFace;

struct Arguments {
  int port = 0;
  int cameras = 0;
  std::vector<std::string> named;  // name=url
  std::string prefix = "TESTE";
  std::string log;
  int delay = 0;  // ms
};

void add_cameras(FakeFindFace& server, const Arguments& arguments) {
  server.add_group({.id = 2, .name = arguments.prefix + " 1", .active = true});
  std::int64_t id = 0;
  const auto add = [&](const std::string& name, const std::string& url) {
    ++id;
    server.add_camera(
        {.id = id, .group = 2, .name = name, .comment = url, .token = fmt::format("camera-token-{}", id)});
  };
  for (const std::string& named : arguments.named) {
    const std::size_t equals = named.find('=');
    add(named.substr(0, equals), equals == std::string::npos ? "" : named.substr(equals + 1));
  }
  for (int i = 1; i <= arguments.cameras; ++i) {
    add(fmt::format("camera-{}", i), fmt::format("rtsp://127.0.0.1:8554/camera-{}", i));
  }
}

void write_line(std::ofstream& out, const FakeEvent& event) {
  const nlohmann::json line{{"id", event.id},
                            {"camera", event.camera},
                            {"timestamp", event.timestamp},
                            {"roi", event.roi},
                            {"jpeg_bytes", event.jpeg_bytes}};
  out << line.dump() << std::endl;
}

int serve(const Arguments& arguments) {
  std::ofstream out;
  if (!arguments.log.empty()) out.open(arguments.log, std::ios::app);
  std::mutex writing;
  vigia::testing::FakeFindFaceOptions options;
  options.port = arguments.port;
  options.keep_images = false;
  options.on_event = [&](const FakeEvent& event) {
    const std::lock_guard lock(writing);
    if (out.is_open()) write_line(out, event);
  };
  sigset_t ending;
  sigemptyset(&ending);
  sigaddset(&ending, SIGTERM);
  sigaddset(&ending, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ending, nullptr);  // before the server's threads, which inherit it
  auto server = FakeFindFace::start(options);
  if (!server) {
    fmt::print(stderr, "fake_findface: {}\n", server.error().text);
    return 1;
  }
  add_cameras(**server, arguments);
  if (arguments.delay > 0) {
    (*server)->inject(
        "/events/faces/add/",
        {.kind = vigia::testing::Fault::Kind::delay, .delay = std::chrono::milliseconds(arguments.delay)},
        -1);
  }
  fmt::print("listening on {}\n", (*server)->url());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ending, &signal);
  const auto violations = (*server)->violations();
  fmt::print("events {}, logins {}, violations {}\n", (*server)->events().size(),
             (*server)->requests("/auth/login/"), violations.size());
  for (const std::string& violation : violations) fmt::print("violation: {}\n", violation);
  return violations.empty() ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app("A FindFace Multi server on loopback, for trials (user admin, password admin)");
  Arguments arguments;
  app.add_option("--port", arguments.port, "0: any that is free");
  app.add_option("--cameras", arguments.cameras, "so many cameras named camera-1, camera-2, ...");
  app.add_option("--camera", arguments.named, "name=url of a camera; may be repeated");
  app.add_option("--prefix", arguments.prefix, "the name of the cameras' group begins so");
  app.add_option("--log", arguments.log, "file that gets one JSON line an event");
  app.add_option("--delay", arguments.delay, "milliseconds that it takes to answer each event");
  CLI11_PARSE(app, argc, argv);
  return serve(arguments);
}
