// Any answer of a FindFace server to a login: a session logs in at a server that answers with the input. It
// then has a token, or one line that says why not, and does not log in again at once. The first byte selects
// the status; the rest is the body.

#include <array>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "base/log.h"
#include "findface/session.h"
#include "testing/fake_clock.h"
#include "testing/fake_findface.h"

namespace {

constexpr const char* kLoginPath = "/auth/login/";
constexpr std::array kStatuses{200, 201, 202, 301, 302, 400, 401, 403, 404, 429, 500, 502, 503, 599};

void require(bool holds) {
  if (!holds) std::abort();
}

// Requires a text that is safe as one log line: no line ends, and not too long.
void require_line(std::string_view text) {
  require(!text.empty() && text.size() < 2000);
  for (const char c : text) require(static_cast<unsigned char>(c) >= 0x20);
}

class Login {
 public:
  Login() {
    vigia::log::set_level(vigia::log::LogLevel::off);
    auto started = vigia::testing::FakeFindFace::start({});
    require(started.ok());
    server_ = *std::move(started);
    options_.url = server_->url();
    options_.user = options_.password = "admin";
    options_.uuid = "fuzz";
  }

  void try_one(int status, std::string body) {
    server_->clear_faults();
    server_->inject(kLoginPath,
                    {.kind = vigia::testing::Fault::Kind::answer, .status = status, .body = std::move(body)},
                    -1);
    vigia::findface::Session session(options_, http_, clock_);
    const int before = server_->requests(kLoginPath);
    const vigia::Status first = session.log_in({});
    const vigia::Status second = session.log_in({});
    require(first.ok() == second.ok());
    require(!first.ok() || status == 200 || status == 201);
    if (!first) require_line(first.error().text);
    // One request; two if http reused a connection that the server had closed.
    require(server_->requests(kLoginPath) <= before + 2);
  }

 private:
  std::unique_ptr<vigia::testing::FakeFindFace> server_;
  vigia::testing::FakeClock clock_;
  vigia::http::Http http_;
  vigia::findface::FindfaceOptions options_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  static Login login;
  login.try_one(kStatuses.at(data[0] % kStatuses.size()),
                std::string(reinterpret_cast<const char*>(data) + 1, size - 1));
  return 0;
}
