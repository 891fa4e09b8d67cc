// A damaged outbox, for example after a power cut: six faces for two receivers, three in the file and three
// still in its write-ahead log (-wal). The input overwrites some bytes of either, cuts some off, or adds
// some. In every case the outbox opens or says why not, returns the faces that it can read, and accepts a new
// one: into the file, or into memory if it reports that the file takes none. Damage in the log alone loses
// nothing that is in the file.
//
// The input is a list of changes: the kind and the target (bit 2: the log), the position (3 bytes), the
// number of bytes (1), the bytes.
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>

#include "base/log.h"
#include "outbox/outbox.h"
#include "testing/sample_shot.h"
#include "testing/temp_dir.h"

namespace {

using vigia::outbox::Outbox;

constexpr std::size_t kShots = 6;
constexpr std::size_t kInFile = 3;
constexpr std::uint8_t kToLog = 4;
const std::vector<std::string> kRoutes{"findface", "mqtt"};

void require(bool holds) {
  if (!holds) std::abort();
}

class Damage {
 public:
  Damage() {
    vigia::log::set_level(vigia::log::LogLevel::off);
    add(0, kInFile);  // closing it folds the log into the file
    const auto outbox = add(kInFile, kShots);
    whole_ = {read(path_), read(path_ + "-wal")};  // as after a kill
    require(!whole_.file.empty() && !whole_.log.empty());
  }

  void try_one(std::span<const std::uint8_t> input) {
    std::filesystem::remove_all(folder_.path());
    std::filesystem::create_directory(folder_.path());
    const Bytes bytes = damaged(input);
    write(path_, bytes.file);
    write(path_ + "-wal", bytes.log);
    auto outbox = open();
    if (!outbox) return require(!outbox.error().text.empty());
    if (bytes.file == whole_.file) {
      require((*outbox)->pending().shots >= (bytes.log == whole_.log ? kShots : kInFile));
    }
    require((*outbox)->add(sample(kShots)).ok() || (*outbox)->trouble());
    require((*outbox)->pending().shots >= 1);
    (*outbox)->drain();
    for (const std::string& route : kRoutes) empty(**outbox, route);
  }

 private:
  struct Bytes {
    std::string file, log;
  };

  static vigia::domain::Shot sample(std::size_t track) {
    vigia::domain::Shot shot = vigia::testing::sample_shot(track);
    shot.captured = vigia::system_clock().utc_now();
    return shot;
  }
  static void write(const std::string& path, const std::string& bytes) {
    std::ofstream(path, std::ios::binary).write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  }

  static std::string read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::unique_ptr<Outbox> add(std::size_t from, std::size_t to) {
    auto outbox = open();
    require(outbox.ok());
    for (std::size_t i = from; i < to; ++i) require((*outbox)->add(sample(i)).ok());
    return *std::move(outbox);
  }

  vigia::Result<std::unique_ptr<Outbox>> open() {
    return Outbox::open({.path = path_, .durability = "process"}, kRoutes, memory_, vigia::system_clock());
  }

  [[nodiscard]] Bytes damaged(std::span<const std::uint8_t> input) const {
    constexpr std::size_t kHead = 5;
    Bytes result = whole_;
    while (input.size() >= kHead) {
      std::string& bytes = (input[0] & kToLog) != 0 ? result.log : result.file;
      const std::size_t at =
          (std::size_t{input[1]} << 16 | std::size_t{input[2]} << 8 | input[3]) % (bytes.size() + 1);
      const auto piece = input.subspan(kHead, std::min<std::size_t>(input[4], input.size() - kHead));
      const std::string_view text(reinterpret_cast<const char*>(piece.data()), piece.size());
      switch (input[0] % 4) {
        case 0:
        case 1:
          bytes.replace(at, std::min(text.size(), bytes.size() - at), text);
          break;
        case 2:
          bytes.resize(at);
          break;
        default:
          bytes.insert(at, text);
      }
      input = input.subspan(kHead + piece.size());
    }
    return result;
  }

  // Until nothing is due; a row that cannot be read waits for a minute, so this ends.
  static void empty(Outbox& outbox, const std::string& route) {
    for (std::size_t i = 0; i < 100 * kShots; ++i) {
      const auto shot = outbox.take(route, vigia::SteadyTime::min(), {});
      if (shot.ok() && !*shot) return;
      if (shot.ok()) static_cast<void>(outbox.finished(**shot));
    }
    std::abort();  // it returns more faces than it ever had
  }

  vigia::testing::TempDir folder_;
  const std::string path_ = folder_ / "vigia.db";
  vigia::memory::MemoryManager memory_{vigia::memory::MemoryOptions{}};
  Bytes whole_;
};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Damage damage;
  damage.try_one({data, size});
  return 0;
}
