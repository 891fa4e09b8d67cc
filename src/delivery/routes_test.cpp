#include "delivery/routes.h"

#include <gtest/gtest.h>

#include <map>

#include "memory/memory_manager.h"
#include "testing/fake_clock.h"
#include "testing/temp_dir.h"

namespace vigia::delivery {
namespace {

// Remembers which cameras it was shown.
class ShowingCourier final : public Courier {
 public:
  explicit ShowingCourier(std::map<std::string, bool>& shown) : shown_(shown) {}
  [[nodiscard]] std::string name() const override { return "show"; }
  DeliveryResult deliver(const domain::Shot&, const std::stop_token&) override { return {}; }
  [[nodiscard]] std::optional<DeliveryResult> probe(const std::stop_token&) override { return {}; }
  void camera_state(const std::string& camera, const ShownCamera& health) override {
    shown_[camera] = health.online;
  }
  void camera_gone(const std::string& camera) override { shown_.erase(camera); }

 private:
  std::map<std::string, bool>& shown_;
};

class Nobody final : public outbox::ShotListener {
  void delivered(const domain::Shot&) override {}
  void refused(const domain::Shot&, domain::Reason, const std::string&) override {}
  void failed(const domain::Shot&, const std::string&) override {}
};

status::CameraStatus camera(const std::string& name, bool is_online, const std::string& state = "") {
  status::CameraStatus status;
  status.name = name;
  status.is_online = is_online;
  status.state = state;
  return status;
}

TEST(RoutesTest, ReceiversAreShownTheCamerasThatThereAre) {
  const testing::TempDir folder;
  testing::FakeClock clock;
  memory::MemoryManager memory{{}};
  auto outbox = outbox::Outbox::open({.path = folder / "vigia.db"}, {"show"}, memory, clock);
  ASSERT_TRUE(outbox.ok()) << outbox.error().text;
  std::map<std::string, bool> shown;
  Nobody nobody;
  std::vector<Receiver> receivers;
  receivers.push_back({"show", std::make_unique<ShowingCourier>(shown)});
  Routes routes(std::move(receivers), **outbox, nobody, clock);
  using Shown = std::map<std::string, bool>;

  routes.show_cameras(std::vector{camera("gate", true), camera("hall", false)});
  EXPECT_EQ(shown, (Shown{{"gate", true}, {"hall", false}}));
  routes.show_cameras(std::vector{camera("door", true), camera("hall", true)});
  EXPECT_EQ(shown, (Shown{{"door", true}, {"hall", true}})) << "gate is called door now";
  routes.show_cameras(std::vector{camera("door", true), camera("hall", false, "REMOVED")});
  EXPECT_EQ(shown, (Shown{{"door", true}}));
  routes.show_cameras(std::vector{camera("hall", true), camera("hall", false, "REMOVED")});
  EXPECT_EQ(shown, (Shown{{"hall", true}})) << "another camera may have a removed one's name";
}

}  // namespace
}  // namespace vigia::delivery
