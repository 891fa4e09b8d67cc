#include "web/metrics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <regex>

#include "web/web_test_support.h"

namespace vigia::web {
namespace {

using ::testing::HasSubstr;

class MetricsTest : public WebTest {
 protected:
  std::string text() {
    const World world = this->world();
    CurrentState figures(world);
    server_.requests[{"/api/v1/status", 200}] = 3;
    return Metrics(figures, server_, world).text();
  }
  ServerCounters server_;
};

TEST_F(MetricsTest, TellTheState) {
  const std::string text = this->text();
  for (const char* const line :
       {"vigia_build_info{version=\"1.2.3\",revision=\"abcdef\",detector=\"yunet_n 640x384 f32\"} 1",
        "vigia_camera_state{camera=\"gate\",state=\"INTERRUPTED\"} 1",
        "vigia_camera_state{camera=\"hall\",state=\"INTERRUPTED\"} 0",
        "vigia_camera_health{camera=\"gate\",condition=\"offline\"} 1",
        "vigia_camera_health{camera=\"hall\",condition=\"dark\"} 1",
        "vigia_camera_frames_total{camera=\"hall\",outcome=\"processed\"} 590", "vigia_overload_level 1",
        "vigia_camera_hibernation_mode{camera=\"gate\",mode=\"awake\"} 1",
        "vigia_camera_main_stream_up{camera=\"hall\"} 0",
        "vigia_camera_detect_stream_shots_total{camera=\"hall\",reason=\"away\"} 2",
        "vigia_camera_tracks_not_posted_total{camera=\"gate\",reason=\"too_small\"} 1",
        "vigia_camera_tracks_pending{camera=\"gate\"} 1",
        "vigia_outbox_oldest_age_seconds{route=\"findface\"} 400",
        "vigia_route_breaker_open{route=\"findface\"} 1",
        "vigia_growth_time_to_limit_seconds{what=\"memory\"} 3600",
        "vigia_growth_time_to_limit_seconds{what=\"threads\"} +Inf",
        "vigia_hot_stall_seconds_bucket{le=\"+Inf\"} 0",
        "vigia_http_requests_total{handler=\"/api/v1/status\",code=\"200\"} 3"}) {
    EXPECT_THAT(text, HasSubstr(line));
  }
}

TEST_F(MetricsTest, ACameraThatCameBackHasItsSeriesOnce) {
  status::Snapshot snapshot = rich_snapshot();
  snapshot.cameras.push_back(camera_of("gate", "REMOVED"));
  set(snapshot);
  const std::string text = this->text();
  const std::string line = "vigia_camera_frames_total{camera=\"gate\",outcome=\"processed\"}";
  EXPECT_EQ(text.find(line), text.rfind(line));
}

TEST_F(MetricsTest, EveryNameOfTheDashboardAndTheAlertsIsAMetric) {
  const std::string text = this->text();
  for (const char* const name : {"dashboard.json", "alerts.yml", "README.md"}) {
    std::ifstream in(std::string(VIGIA_MONITORING) + "/" + name);
    const std::string content(std::istreambuf_iterator<char>(in), {});
    ASSERT_FALSE(content.empty()) << name;
    const std::regex word("\\b(vigia|process)_[a-z_]+");
    for (std::sregex_iterator at(content.begin(), content.end(), word); at != std::sregex_iterator(); ++at) {
      EXPECT_THAT(text, HasSubstr("# TYPE " + at->str().substr(0, at->str().find("_bucket")) + " ")) << name;
    }
  }
}

TEST_F(MetricsTest, PromtoolFindsNoFault) {
  if (std::system("command -v promtool >/dev/null") != 0) GTEST_SKIP() << "promtool is not installed";
  const std::string file = folder_ / "metrics.txt", out = folder_ / "out.txt";
  std::ofstream(file) << text();
  const int status = std::system(("promtool check metrics < " + file + " > " + out + " 2>&1").c_str());
  std::ifstream said(out);
  EXPECT_EQ(status, 0) << std::string(std::istreambuf_iterator<char>(said), {});
}

}  // namespace
}  // namespace vigia::web
