// rtsp_server [--loop] [--user NAME:PASSWORD] PORT NAME=FILE...
// Plays H.264 and H.265 files as RTSP streams on 127.0.0.1 until SIGTERM or SIGINT. PORT 0 takes a free one;
// prints "listening on PORT" once clients can connect.
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "testing/rtsp_server.h"

namespace {

int usage() {
  std::fprintf(stderr, "usage: rtsp_server [--loop] [--user NAME:PASSWORD] PORT NAME=FILE...\n");
  return 2;
}

}  // namespace

int main(int argc, char** argv) {
  vigia::testing::RtspServerOptions options;
  int at = 1;
  for (; at < argc && argv[at][0] == '-'; ++at) {
    const std::string flag = argv[at];
    if (flag == "--loop") {
      options.loop = true;
    } else if (flag == "--user" && at + 1 < argc) {
      const std::string both = argv[++at];
      const std::size_t colon = both.find(':');
      if (colon == std::string::npos) return usage();
      options.user = both.substr(0, colon);
      options.password = both.substr(colon + 1);
    } else {
      return usage();
    }
  }
  if (argc - at < 2) return usage();
  char* end = nullptr;
  const long port = std::strtol(argv[at], &end, 10);
  if (*end != '\0' || port < 0 || port > 65535) return usage();
  options.port = static_cast<int>(port);
  while (++at < argc) {
    const std::string both = argv[at];
    const std::size_t equals = both.find('=');
    if (equals == std::string::npos || equals == 0) return usage();
    options.streams.push_back({both.substr(0, equals), both.substr(equals + 1)});
  }
  // Blocked before any thread exists, so that only sigwait() sees them.
  sigset_t ends;
  sigemptyset(&ends);
  sigaddset(&ends, SIGTERM);
  sigaddset(&ends, SIGINT);
  pthread_sigmask(SIG_BLOCK, &ends, nullptr);
  auto server = vigia::testing::RtspServer::start(options);
  if (!server) {
    std::fprintf(stderr, "rtsp_server: %s\n", server.error().text.c_str());
    return 1;
  }
  std::printf("listening on %d\n", (*server)->port());
  std::fflush(stdout);
  int signal = 0;
  sigwait(&ends, &signal);
  return 0;
}
