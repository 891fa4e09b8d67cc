// Which servers of rtsps:// and https:// a camera accepts, against real ones.
#include <arpa/inet.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <httplib.h>
#include <openssl/ssl.h>

#include <array>
#include <filesystem>
#include <thread>

#include "base/fd.h"
#include "base/file.h"
#include "camera/stream_camera.h"
#include "camera/test_support.h"
#include "testing/certificate.h"
#include "testing/http_loop.h"
#include "testing/loopback_listener.h"
#include "testing/rtsp_server.h"

namespace vigia::camera {
namespace {

using testing::Certificate;
using ::testing::HasSubstr;
using testing::pin_of;
using testing::RtspServer;

class StreamCameraTlsTest : public ::testing::Test {
 protected:
  StreamCameraTlsTest() { memory_.start(); }
  Certificate made(const std::string& name) { return *testing::make_certificate(folder_.path(), name); }
  // What became of it: frames, or the message of its first failure.
  struct Fate {
    bool seen = false;
    CameraState state = CameraState::not_started;
    std::string message;
  };
  Fate watch(const std::string& url, CameraOptions options) {
    SeeingSink sink;
    StreamCamera camera({"gate", url, {}, ""}, options, memory_, system_clock(),
                        {.keys = {.file = folder_ / "pins"}});
    RunningCamera running(camera, sink);
    EXPECT_TRUE(running.wait_until([&sink](const CameraStats& stats) {
      const bool has_failed = !stats.message.empty() && stats.state != CameraState::starting;
      return has_failed || stats.state == CameraState::completed || sink.seen().size() > 3;
    }));
    const CameraStats stats = camera.stats();
    return {.seen = sink.seen().size() > 3, .state = stats.state, .message = stats.message};
  }
  void expect_accepted(const std::string& url, const CameraOptions& options) {
    const Fate fate = watch(url, options);
    EXPECT_TRUE(fate.seen) << fate.message;
  }
  std::string expect_refused(const std::string& url, const CameraOptions& options) {
    const Fate fate = watch(url, options);
    EXPECT_FALSE(fate.seen);
    EXPECT_EQ(fate.state, CameraState::interrupted);
    EXPECT_EQ(fate.message.find("hidden"), std::string::npos) << fate.message;
    return fate.message;
  }

  testing::TempDir folder_;
  const std::string clip_ = make_h264(folder_, "clip.mp4", 30);
  const Certificate good_ = made("good"), other_ = made("other");
  memory::MemoryManager memory_{memory::MemoryOptions{.budget_bytes = 256_MiB}};
};

class RtspsTest : public StreamCameraTlsTest {
 protected:
  void SetUp() override { serve(good_); }
  void serve(const Certificate& certificate) {
    server_.reset();
    auto server = RtspServer::start({.streams = {{"gate", clip_}},
                                     .loop = true,
                                     .user = "viewer",
                                     .password = "hidden",
                                     .cert_file = certificate.cert_file,
                                     .key_file = certificate.key_file});
    ASSERT_TRUE(server.ok()) << server.error().text;
    server_ = *std::move(server);
    url_ = server_->url("gate").insert(8, "viewer:hidden@");
  }

  std::unique_ptr<RtspServer> server_;
  std::string url_;
};

TEST_F(RtspsTest, IsVerifiedAgainstItsAuthorities) {
  expect_accepted(url_, {.ca_file = good_.cert_file});
  EXPECT_GT(server_->asked(), 0);
}

TEST_F(RtspsTest, ASelfSignedCameraIsRefusedBeforeAPasswordIsSent) {
  for (const CameraOptions& options : {CameraOptions{}, CameraOptions{.ca_file = other_.cert_file}}) {
    const std::string message = expect_refused(url_, options);
    EXPECT_THAT(message, HasSubstr("certificate is not accepted"));
    EXPECT_THAT(message, HasSubstr("set ca_file to the PEM file"));
    EXPECT_THAT(message, HasSubstr("or tls_pin to first_use"));
  }
  EXPECT_EQ(server_->asked(), 0);
}

TEST_F(RtspsTest, APinAcceptsItsKeyAndNoOther) {
  expect_accepted(url_, {.tls_pin = pin_of(good_.cert_file)});
  const int asked = server_->asked();
  EXPECT_THAT(expect_refused(url_, {.tls_pin = pin_of(other_.cert_file)}),
              HasSubstr(pin_of(good_.cert_file)));
  EXPECT_EQ(server_->asked(), asked);
}

TEST_F(RtspsTest, TheKeyOfAFirstUseIsKept) {
  expect_accepted(url_, {.tls_pin = "first_use"});
  const auto pins = read_file(folder_ / "pins", 1_MiB);
  ASSERT_TRUE(pins.ok());
  EXPECT_THAT(*pins, HasSubstr(pin_of(good_.cert_file)));
}

TEST_F(RtspsTest, InsecureAcceptsEverybody) {
  expect_accepted(url_, {.tls_insecure = true});
}

TEST_F(RtspsTest, PicturesOverUdpAreRefused) {
  const Fate fate = watch(url_, {.ffmpeg_params = {"rtsp_transport=udp"}, .tls_insecure = true});
  EXPECT_EQ(fate.state, CameraState::misconfigured);
  EXPECT_THAT(fate.message, HasSubstr("rtsp_transport"));
}

// An RTSP server over TLS that sends its first client elsewhere.
class Redirection {
 public:
  Redirection(const Certificate& certificate, std::string to)
      : context_(SSL_CTX_new(TLS_server_method()), &SSL_CTX_free), to_(std::move(to)) {
    SSL_CTX_use_certificate_chain_file(context_.get(), certificate.cert_file.c_str());
    SSL_CTX_use_PrivateKey_file(context_.get(), certificate.key_file.c_str(), SSL_FILETYPE_PEM);
    thread_ = std::jthread([this] { serve(); });
  }
  [[nodiscard]] std::string url() const {
    return "rtsps://127.0.0.1:" + std::to_string(listener_.port()) + "/gate";
  }

 private:
  void serve() {
    const Fd client = listener_.accept();
    const std::unique_ptr<SSL, void (*)(SSL*)> tls(SSL_new(context_.get()), &SSL_free);
    SSL_set_fd(tls.get(), client.get());
    if (SSL_accept(tls.get()) != 1) return;
    std::array<char, 4096> request{};
    for (int number = 1; SSL_read(tls.get(), request.data(), request.size()) > 0; ++number) {
      const bool describe = std::string_view(request.data()).starts_with("DESCRIBE");
      const std::string answer = (describe ? "RTSP/1.0 302 Found\r\nLocation: " + to_ + "\r\n"
                                           : std::string("RTSP/1.0 200 OK\r\n")) +
                                 "CSeq: " + std::to_string(number) + "\r\n\r\n";
      SSL_write(tls.get(), answer.data(), static_cast<int>(answer.size()));
    }
  }

  const std::unique_ptr<SSL_CTX, void (*)(SSL_CTX*)> context_;
  const std::string to_;
  const testing::LoopbackListener listener_;
  std::jthread thread_;
};

TEST_F(RtspsTest, ARedirectionThatLeavesTheVerifiedServerIsRefused) {
  const auto open = RtspServer::start({.streams = {{"gate", clip_}}, .loop = true});
  ASSERT_TRUE(open.ok());
  const Redirection there(good_, (*open)->url("gate"));
  EXPECT_THAT(expect_refused(there.url(), {.ca_file = good_.cert_file}), HasSubstr("redirects"));
}

// A server of files over TLS, which counts its requests.
class FileServer {
 public:
  FileServer(const testing::TempDir& folder, const Certificate& certificate)
      : server_(certificate.cert_file.c_str(), certificate.key_file.c_str()), loop_(server_) {
    server_.set_mount_point("/", folder.path());
    server_.set_keep_alive_timeout(1);
    server_.Get("/redirect", [](const httplib::Request& request, httplib::Response& answer) {
      answer.set_redirect(request.get_param_value("to"));
    });
    server_.set_pre_routing_handler([this](const httplib::Request&, httplib::Response&) {
      ++requests_;
      return httplib::Server::HandlerResponse::Unhandled;
    });
    EXPECT_TRUE(loop_.open().ok());
  }
  // Which redirects to another url.
  [[nodiscard]] std::string redirection(const std::string& to) const { return url("redirect?to=" + to); }
  [[nodiscard]] std::string url(const std::string& file) const {
    return "https://127.0.0.1:" + std::to_string(loop_.port()) + "/" + file;
  }
  [[nodiscard]] int requests() const { return requests_; }

 private:
  std::atomic<int> requests_{0};
  httplib::SSLServer server_;
  testing::HttpLoop loop_;  // last: its threads use the rest
};

class HttpsTest : public StreamCameraTlsTest {
 protected:
  // A playlist of one segment that lies there.
  void write_playlist(const std::string& segment) {
    const std::string text =
        "#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:2\n#EXT-X-MEDIA-SEQUENCE:1\n#EXTINF:1.0,\n" +
        segment + "\n#EXT-X-ENDLIST\n";
    std::FILE* const file = std::fopen((folder_ / "list.m3u8").c_str(), "w");
    std::fputs(text.c_str(), file);
    std::fclose(file);
  }

  const CameraOptions trusting_{.ca_file = good_.cert_file};
  FileServer server_{folder_, good_}, stranger_{folder_, other_};
};

TEST_F(HttpsTest, IsVerifiedAgainstItsAuthorities) {
  expect_accepted(server_.url("clip.mp4"), trusting_);
}

TEST_F(HttpsTest, ASelfSignedServerIsRefusedBeforeARequest) {
  for (const CameraOptions& options : {CameraOptions{}, CameraOptions{.ca_file = other_.cert_file}}) {
    const std::string message = expect_refused(server_.url("clip.mp4").insert(8, "viewer:hidden@"), options);
    EXPECT_THAT(message, HasSubstr("certificate is not accepted"));
    EXPECT_THAT(message, HasSubstr("set ca_file to the PEM file"));
    EXPECT_THAT(message, HasSubstr("tls_insecure"));
    EXPECT_EQ(message.find("tls_pin"), std::string::npos);
  }
  EXPECT_EQ(server_.requests(), 0);
}

TEST_F(HttpsTest, ItsNameMustBeThatOfTheCertificate) {
  std::string url = server_.url("clip.mp4");
  url.replace(url.find("127.0.0.1"), 9, "localhost");
  expect_refused(url, trusting_);
  EXPECT_EQ(server_.requests(), 0);
}

TEST_F(HttpsTest, InsecureAcceptsEverybody) {
  expect_accepted(server_.url("clip.mp4"), {.tls_insecure = true});
}

TEST_F(HttpsTest, ASegmentOfAPlaylistIsVerifiedToo) {
  make_clip(folder_, "1.ts", "-i '" + clip_ + "' -c copy");
  write_playlist("1.ts");
  expect_accepted(server_.url("list.m3u8"), trusting_);
  write_playlist(stranger_.url("1.ts"));
  EXPECT_THAT(expect_refused(server_.url("list.m3u8"), trusting_), HasSubstr("certificate is not accepted"));
  EXPECT_EQ(stranger_.requests(), 0);
}

TEST_F(HttpsTest, ARedirectionIsVerifiedTooAndDoesNotLeaveTls) {
  expect_accepted(server_.redirection(server_.url("clip.mp4")), trusting_);
  expect_refused(server_.redirection(stranger_.url("clip.mp4")), trusting_);
  EXPECT_EQ(stranger_.requests(), 0);

  httplib::Server open;
  open.set_mount_point("/", folder_.path());
  testing::HttpLoop loop(open);
  ASSERT_TRUE(loop.open().ok());
  const std::string plain = "http://127.0.0.1:" + std::to_string(loop.port()) + "/";
  EXPECT_THAT(expect_refused(server_.redirection(plain + "clip.mp4"), trusting_),
              HasSubstr("is not encrypted"));
  write_playlist(plain + "1.ts");
  expect_refused(server_.url("list.m3u8"), trusting_);
}

TEST_F(HttpsTest, APinIsRefusedAsItCannotBeCompared) {
  const Fate fate = watch(server_.url("clip.mp4"), {.tls_pin = pin_of(good_.cert_file)});
  EXPECT_EQ(fate.state, CameraState::misconfigured);
  EXPECT_THAT(fate.message, HasSubstr("tls_pin"));
  EXPECT_EQ(server_.requests(), 0);
}

TEST_F(HttpsTest, FfmpegsOwnOptionsDoNotSwitchTheVerificationOff) {
  CameraOptions options = trusting_;
  options.ffmpeg_params = {"tls_verify=0"};
  EXPECT_EQ(watch(server_.url("clip.mp4"), options).state, CameraState::misconfigured);
}

}  // namespace
}  // namespace vigia::camera
