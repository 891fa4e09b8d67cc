#include "testing/faulty_disk.h"

#include <sqlite3.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <set>

#include "base/mutex.h"

namespace vigia::testing {
namespace {

constexpr std::size_t kSector = 512;

std::atomic<FaultyDisk::Fault> g_fault{FaultyDisk::Fault::none};
std::atomic<int> g_syncs{0}, g_writes{0}, g_held{0};
std::atomic<bool> g_hold{false}, g_off{false};
std::atomic<int> g_operations{0}, g_fail_at{-1}, g_fail_times{0}, g_failing_syncs{0};
std::atomic<FaultyDisk::Fault> g_fault_at{FaultyDisk::Fault::none};

// What a file has on the disk, and what only the system has.
struct Durable {
  bool exists = false;          // its folder's entry is on the disk
  bool is_deleted = false;      // its folder's entry is still on the disk
  std::string image;            // as of its last sync
  std::set<std::size_t> dirty;  // sectors that the next sync writes
};
Mutex g_files_mutex;
std::map<std::string, Durable>& files() {
  static std::map<std::string, Durable> all;
  return all;
}

// SQLite's layout of an open file: our part first, followed by the system's own file.
struct File {
  sqlite3_file base;
  sqlite3_file* real;
  const char* name;  // SQLite keeps it while the file is open; null: a temporary one
};

// The error of this operation, if it is to fail.
FaultyDisk::Fault fault_now() {
  const int operation = ++g_operations;
  const int first = g_fail_at;
  const int times = g_fail_times;
  const bool fails = first >= 0 && operation >= first && (times < 0 || operation < first + times);
  return fails ? g_fault_at.load() : g_fault.load();
}

sqlite3_file* real(sqlite3_file* file) {
  return reinterpret_cast<File*>(file)->real;
}

int write_error(FaultyDisk::Fault fault) {
  if (g_off) return SQLITE_IOERR_WRITE;
  switch (fault) {
    case FaultyDisk::Fault::full:
      return SQLITE_FULL;
    case FaultyDisk::Fault::read_only:
      return SQLITE_READONLY;
    case FaultyDisk::Fault::io:
      return SQLITE_IOERR_WRITE;
    case FaultyDisk::Fault::none:
    case FaultyDisk::Fault::gone:
      return SQLITE_OK;
  }
  return SQLITE_OK;
}

int close_file(sqlite3_file* file) {
  return real(file)->pMethods->xClose(real(file));
}
int read(sqlite3_file* file, void* into, int size, sqlite3_int64 at) {
  return real(file)->pMethods->xRead(real(file), into, size, at);
}
std::string read_whole(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

// What was there before is on the disk.
void note_opened(const char* name) {
  const MutexLock lock(g_files_mutex);
  const auto [at, is_new] = files().try_emplace(name);
  if (at->second.is_deleted)
    at->second = {};
  else if (!is_new)
    return;
  at->second.image = read_whole(name);
  at->second.exists = !at->second.image.empty();
}

void note_written(sqlite3_file* file, sqlite3_int64 at, int size) {
  const char* const name = reinterpret_cast<File*>(file)->name;
  if (name == nullptr || size <= 0) return;
  const MutexLock lock(g_files_mutex);
  Durable& known = files()[name];
  const auto begin = static_cast<std::size_t>(at);
  const std::size_t last = begin + static_cast<std::size_t>(size) - 1;
  for (std::size_t sector = begin / kSector; sector <= last / kSector; ++sector) known.dirty.insert(sector);
}

void note_synced(sqlite3_file* file) {
  const char* const name = reinterpret_cast<File*>(file)->name;
  sqlite3_int64 size = 0;
  if (name == nullptr || real(file)->pMethods->xFileSize(real(file), &size) != SQLITE_OK) return;
  const MutexLock lock(g_files_mutex);
  // SQLite syncs a new file's folder with it, and with it what was deleted there before.
  if (!files()[name].exists) std::erase_if(files(), [](const auto& each) { return each.second.is_deleted; });
  Durable& known = files()[name];
  known.exists = true;
  known.image.resize(static_cast<std::size_t>(size));
  for (const std::size_t sector : known.dirty) {
    const std::size_t at = sector * kSector;
    if (at >= known.image.size()) continue;
    const std::size_t bytes = std::min(kSector, known.image.size() - at);
    const auto where = static_cast<sqlite3_int64>(at);
    real(file)->pMethods->xRead(real(file), known.image.data() + at, static_cast<int>(bytes), where);
  }
  known.dirty.clear();
}

void note_never_written(sqlite3_file* file) {
  const char* const name = reinterpret_cast<File*>(file)->name;
  if (name == nullptr) return;
  const MutexLock lock(g_files_mutex);
  files()[name].dirty.clear();
}

int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
  ++g_writes;
  ++g_held;
  g_hold.wait(true);
  --g_held;
  if (const int error = write_error(fault_now()); error != SQLITE_OK) return error;
  const int code = real(file)->pMethods->xWrite(real(file), from, size, at);
  if (code == SQLITE_OK) note_written(file, at, size);
  return code;
}
int truncate(sqlite3_file* file, sqlite3_int64 size) {
  const FaultyDisk::Fault fault = fault_now();
  const int error = fault == FaultyDisk::Fault::full && !g_off ? SQLITE_OK : write_error(fault);
  return error != SQLITE_OK ? error : real(file)->pMethods->xTruncate(real(file), size);
}
int sync(sqlite3_file* file, int flags) {
  ++g_syncs;
  if (g_off) return SQLITE_IOERR_FSYNC;
  const bool fails = g_failing_syncs > 0 && g_failing_syncs-- > 0;
  if (fails || fault_now() == FaultyDisk::Fault::io) {
    note_never_written(file);
    return SQLITE_IOERR_FSYNC;
  }
  const int code = real(file)->pMethods->xSync(real(file), flags);
  if (code == SQLITE_OK) note_synced(file);
  return code;
}
int file_size(sqlite3_file* file, sqlite3_int64* size) {
  return real(file)->pMethods->xFileSize(real(file), size);
}
int lock(sqlite3_file* file, int level) {
  return real(file)->pMethods->xLock(real(file), level);
}
int unlock(sqlite3_file* file, int level) {
  return real(file)->pMethods->xUnlock(real(file), level);
}
int check_reserved_lock(sqlite3_file* file, int* held) {
  return real(file)->pMethods->xCheckReservedLock(real(file), held);
}
int file_control(sqlite3_file* file, int what, void* argument) {
  return real(file)->pMethods->xFileControl(real(file), what, argument);
}
int sector_size(sqlite3_file* file) {
  return real(file)->pMethods->xSectorSize(real(file));
}
int characteristics(sqlite3_file* file) {
  return real(file)->pMethods->xDeviceCharacteristics(real(file));
}
int shm_map(sqlite3_file* file, int page, int size, int extend, void volatile** into) {
  return real(file)->pMethods->xShmMap(real(file), page, size, extend, into);
}
int shm_lock(sqlite3_file* file, int offset, int count, int flags) {
  return real(file)->pMethods->xShmLock(real(file), offset, count, flags);
}
void shm_barrier(sqlite3_file* file) {
  real(file)->pMethods->xShmBarrier(real(file));
}
int shm_unmap(sqlite3_file* file, int remove) {
  return real(file)->pMethods->xShmUnmap(real(file), remove);
}

// Version 2: shared memory for the log's index, no memory-mapped files.
const sqlite3_io_methods kMethods = {2,
                                     close_file,
                                     read,
                                     write,
                                     truncate,
                                     sync,
                                     file_size,
                                     lock,
                                     unlock,
                                     check_reserved_lock,
                                     file_control,
                                     sector_size,
                                     characteristics,
                                     shm_map,
                                     shm_lock,
                                     shm_barrier,
                                     shm_unmap,
                                     nullptr,
                                     nullptr};

sqlite3_vfs* g_system = nullptr;
sqlite3_vfs g_faulty;

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* const ours = reinterpret_cast<File*>(file);
  ours->base.pMethods = nullptr;
  ours->real = reinterpret_cast<sqlite3_file*>(ours + 1);
  ours->name = name;
  std::memset(ours->real, 0, static_cast<std::size_t>(g_system->szOsFile));
  const FaultyDisk::Fault fault = fault_now();
  if (g_off || fault == FaultyDisk::Fault::gone) return SQLITE_CANTOPEN;
  const int code = g_system->xOpen(g_system, name, ours->real, flags, out_flags);
  if (ours->real->pMethods != nullptr) ours->base.pMethods = &kMethods;
  if (code == SQLITE_OK && name != nullptr) note_opened(name);
  return code;
}

int delete_file(sqlite3_vfs*, const char* name, int sync_folder) {
  if (const int error = write_error(fault_now()); error != SQLITE_OK) return SQLITE_IOERR_DELETE;
  const int code = g_system->xDelete(g_system, name, sync_folder);
  const MutexLock lock(g_files_mutex);
  if (code != SQLITE_OK) return code;
  // Without a sync of the folder a power cut may bring the file back, as it was last synced.
  const auto known = files().find(name);
  if (known != files().end()) known->second.is_deleted = true;
  if (sync_folder != 0) std::erase_if(files(), [](const auto& each) { return each.second.is_deleted; });
  return code;
}

// The file after a power cut, when each unsynced sector may have been written.
std::string torn(const Durable& known, const std::string& now, std::minstd_rand& random) {
  std::string left = known.image;
  for (const std::size_t sector : known.dirty) {
    const std::size_t at = sector * kSector;
    if (random() % 2 == 0 || at >= now.size()) continue;
    const std::string piece = now.substr(at, kSector);
    if (left.size() < at + piece.size()) left.resize(at + piece.size());
    left.replace(at, piece.size(), piece);
  }
  return left;
}

}  // namespace

FaultyDisk::FaultyDisk() {
  g_fault = Fault::none;
  g_hold = false;
  g_off = false;
  g_syncs = 0;
  g_writes = 0;
  g_operations = 0;
  g_fail_at = -1;
  g_failing_syncs = 0;
  {
    const MutexLock lock(g_files_mutex);
    files().clear();
  }
  g_system = ::sqlite3_vfs_find(nullptr);
  g_faulty = *g_system;
  g_faulty.zName = "vigia-faulty";
  g_faulty.szOsFile = static_cast<int>(sizeof(File)) + g_system->szOsFile;
  g_faulty.pNext = nullptr;
  g_faulty.xOpen = open_file;
  g_faulty.xDelete = delete_file;
  if (::sqlite3_vfs_register(&g_faulty, 1) != SQLITE_OK) std::abort();  // no test can go on without
}

FaultyDisk::~FaultyDisk() {
  ::sqlite3_vfs_unregister(&g_faulty);
  ::sqlite3_vfs_register(g_system, 1);
}

void FaultyDisk::fail(Fault fault) {
  g_fault = fault;
}
void FaultyDisk::fail_at(int operation, Fault fault, int times) {
  g_fail_at = -1;
  g_operations = 0;
  g_fault_at = fault;
  g_fail_times = times;
  g_fail_at = operation;
}
int FaultyDisk::operations() const {
  return g_operations;
}
void FaultyDisk::fail_syncs(int times) {
  g_failing_syncs = times;
}
void FaultyDisk::switch_off() {
  g_off = true;
}
void FaultyDisk::leave_what_was_synced(std::minstd_rand& random, bool torn_sectors) {
  const MutexLock lock(g_files_mutex);
  for (auto& [name, known] : files()) {
    const std::string now = read_whole(name);
    const bool stays = (known.exists && !(torn_sectors && known.is_deleted && random() % 2 == 0)) ||
                       (torn_sectors && random() % 2 == 0);
    if (!stays) {
      std::filesystem::remove(name);
      continue;
    }
    const std::string left = torn_sectors ? torn(known, now, random) : known.image;
    std::ofstream(name, std::ios::binary | std::ios::trunc)
        .write(left.data(), static_cast<long>(left.size()));
    known = {.exists = true, .is_deleted = false, .image = left, .dirty = {}};
    if (name.ends_with("-wal")) {
      std::filesystem::remove(name.substr(0, name.size() - 4) + "-shm");  // memory, not a file on the disk
    }
  }
  g_off = false;
}
void FaultyDisk::forget_files() {
  const MutexLock lock(g_files_mutex);
  files().clear();
}
void FaultyDisk::hold() {
  g_hold = true;
}
void FaultyDisk::let_go() {
  g_hold = false;
  g_hold.notify_all();
}
int FaultyDisk::held() const {
  return g_held;
}
int FaultyDisk::syncs() const {
  return g_syncs;
}
int FaultyDisk::writes() const {
  return g_writes;
}

}  // namespace vigia::testing
