#include "testing/faulty_disk.h"

#include <sqlite3.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <new>

namespace vigia::testing {
namespace {

std::atomic<FaultyDisk::Fault> g_fault{FaultyDisk::Fault::none};
std::atomic<int> g_syncs{0}, g_writes{0}, g_held{0};
std::atomic<bool> g_hold{false};

// SQLite's layout of an open file: our part first, followed by the system's own file.
struct File {
  sqlite3_file base;
  sqlite3_file* real;
};

sqlite3_file* real(sqlite3_file* file) {
  return reinterpret_cast<File*>(file)->real;
}

int write_error() {
  switch (g_fault.load()) {
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
int write(sqlite3_file* file, const void* from, int size, sqlite3_int64 at) {
  ++g_writes;
  ++g_held;
  g_hold.wait(true);
  --g_held;
  const int error = write_error();
  return error != SQLITE_OK ? error : real(file)->pMethods->xWrite(real(file), from, size, at);
}
int truncate(sqlite3_file* file, sqlite3_int64 size) {
  const int error = g_fault == FaultyDisk::Fault::full ? SQLITE_OK : write_error();
  return error != SQLITE_OK ? error : real(file)->pMethods->xTruncate(real(file), size);
}
int sync(sqlite3_file* file, int flags) {
  ++g_syncs;
  if (g_fault == FaultyDisk::Fault::io) return SQLITE_IOERR_FSYNC;
  return real(file)->pMethods->xSync(real(file), flags);
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
  std::memset(ours->real, 0, static_cast<std::size_t>(g_system->szOsFile));
  if (g_fault == FaultyDisk::Fault::gone) return SQLITE_CANTOPEN;
  const int code = g_system->xOpen(g_system, name, ours->real, flags, out_flags);
  if (ours->real->pMethods != nullptr) ours->base.pMethods = &kMethods;
  return code;
}

}  // namespace

FaultyDisk::FaultyDisk() {
  g_fault = Fault::none;
  g_hold = false;
  g_syncs = 0;
  g_writes = 0;
  g_system = ::sqlite3_vfs_find(nullptr);
  g_faulty = *g_system;
  g_faulty.zName = "vigia-faulty";
  g_faulty.szOsFile = static_cast<int>(sizeof(File)) + g_system->szOsFile;
  g_faulty.pNext = nullptr;
  g_faulty.xOpen = open_file;
  if (::sqlite3_vfs_register(&g_faulty, 1) != SQLITE_OK) std::abort();  // no test can go on without
}

FaultyDisk::~FaultyDisk() {
  ::sqlite3_vfs_unregister(&g_faulty);
  ::sqlite3_vfs_register(g_system, 1);
}

void FaultyDisk::fail(Fault fault) {
  g_fault = fault;
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
