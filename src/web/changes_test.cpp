#include "web/changes.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "web/web_test_support.h"

namespace vigia::web {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

class ChangesTest : public WebTest {
 protected:
  ChangesTest() { record(1, 2); }
  void begin() {
    world_ = std::make_unique<World>(world());
    figures_ = std::make_unique<CurrentState>(*world_);
    events_ = std::make_unique<Events>(ledger_path_);
    changes_ = std::make_unique<Changes>(*figures_, *events_, used_clock_, "1", [] { return 0; });
  }
  std::string take(EndlessBody& stream) {
    std::string text(1'000'000, '\0');
    std::size_t size = 0;
    while (const std::size_t more = stream.read({text.data() + size, text.size() - size}, used_clock_.now()))
      size += more;
    text.resize(size);
    return text;
  }
  void pass(Nanoseconds time) {
    fake_clock_.advance(time);
    changes_->tick(used_clock_.now());
  }

  std::unique_ptr<World> world_;
  std::unique_ptr<CurrentState> figures_;
  std::unique_ptr<Events> events_;
  std::unique_ptr<Changes> changes_;
};

TEST_F(ChangesTest, TellsAllAtFirstAndThenOnlyWhatHasChanged) {
  begin();
  const auto stream = changes_->open({});
  const std::string first = take(*stream);
  EXPECT_THAT(first, HasSubstr("id: 2\nevent: status\ndata: {"));
  EXPECT_THAT(first, HasSubstr("\"complete\":true"));
  EXPECT_THAT(first, HasSubstr("\"name\":\"hall\""));
  EXPECT_THAT(first, HasSubstr("event: receivers"));
  EXPECT_FALSE(stream->has_more(used_clock_.now()));
  status::Snapshot snapshot = rich_snapshot();
  snapshot.cameras[1].frames_processed += 30;
  set(snapshot);
  pass(1100ms);
  ASSERT_TRUE(stream->has_more(used_clock_.now()));
  const std::string second = take(*stream);
  EXPECT_THAT(second, HasSubstr("\"complete\":false,\"cameras\":[{\"name\":\"hall\""));
  EXPECT_THAT(second, HasSubstr("\"frames_processed\":620"));
  EXPECT_THAT(second, Not(HasSubstr("frames_decoded\":600")));
  EXPECT_THAT(second, Not(HasSubstr("\"name\":\"gate\",\"state")));
  EXPECT_THAT(second, Not(HasSubstr("event: receivers"))) << "only times have changed";
}

TEST_F(ChangesTest, AStateIsToldAtOnceAndACameraThatIsGoneByName) {
  begin();
  const auto stream = changes_->open({});
  static_cast<void>(take(*stream));
  status::Snapshot snapshot = rich_snapshot();
  snapshot.cameras[1].state = "INTERRUPTED";
  set(snapshot);
  pass(300ms);
  EXPECT_THAT(take(*stream), HasSubstr("INTERRUPTED"));
  snapshot.cameras.pop_back();
  set(snapshot);
  pass(300ms);
  EXPECT_THAT(take(*stream), HasSubstr("\"removed\":[\"hall\"]"));
}

TEST_F(ChangesTest, TellsOfEventsThatAreNewOrHaveTheirFate) {
  begin();
  const auto stream = changes_->open({});
  static_cast<void>(take(*stream));
  record(3, 5);
  pass(1100ms);
  const std::string told = take(*stream);
  EXPECT_THAT(told, HasSubstr("id: 5\nevent: event\ndata: {\"id\":5,"));
  EXPECT_THAT(told, HasSubstr("\"fate\":\"pending\""));
  const ledger::LedgerOptions options{.path = ledger_path_};
  auto ledger = ledger::Ledger::open(options, memory_, used_clock_);
  (*ledger)->settle({"gate", 5, from_unix_us(1'795'438'805'000'000)}, ledger::DeliveryStatus::posted,
                    "taken");
  std::stop_source done;
  done.request_stop();
  (*ledger)->run(done.get_token());
  pass(1100ms);
  const std::string settled = take(*stream);
  EXPECT_THAT(settled, HasSubstr("{\"id\":5,"));
  EXPECT_THAT(settled, HasSubstr("\"text\":\"taken\""));
  pass(1100ms);
  EXPECT_THAT(take(*stream), Not(HasSubstr("event: event")));
}

TEST_F(ChangesTest, AListenerThatComesBackMissesNoEvent) {
  begin();
  record(3, 5);
  const auto stream = changes_->open("2");
  const std::string first = take(*stream);
  for (const char* const id : {"id: 3\nevent: event", "id: 4\nevent: event", "id: 5\nevent: event"}) {
    EXPECT_THAT(first, HasSubstr(id));
  }
  EXPECT_THAT(take(*changes_->open("nonsense")), Not(HasSubstr("event: event")));
}

TEST_F(ChangesTest, SaysThatItIsAliveAndBoundsItsListeners) {
  begin();
  std::vector<std::unique_ptr<EndlessBody>> streams;
  for (int i = 0; i < Changes::kMostListeners; ++i) streams.push_back(changes_->open({}));
  EXPECT_EQ(changes_->open({}), nullptr);
  static_cast<void>(take(*streams[0]));
  fake_clock_.advance(16s);
  ASSERT_TRUE(streams[0]->has_more(used_clock_.now()));
  EXPECT_EQ(take(*streams[0]), ": alive\n\n");
  streams.pop_back();
  EXPECT_NE(changes_->open({}), nullptr);
}

}  // namespace
}  // namespace vigia::web
