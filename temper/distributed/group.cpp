#include "temper/distributed/group.h"

#include <ATen/core/grad_mode.h>
#include <ATen/ops/cat.h>
#include <ATen/ops/empty.h>
#include <ATen/ops/empty_like.h>
#include <ATen/ops/zeros.h>
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstring>
#include <numeric>
#include <optional>
#include <thread>
#include <utility>

#include "temper/distributed/join.h"
#include "temper/distributed/lost.h"
#include "temper/distributed/pulse.h"
#include "temper/distributed/store.h"

#define USE_C10D_GLOO  // what LibTorch's libraries are built with
#include <torch/csrc/distributed/c10d/PrefixStore.hpp>
#include <torch/csrc/distributed/c10d/ProcessGroupGloo.hpp>

namespace temper::distributed {
namespace {

using Clock = std::chrono::steady_clock;

constexpr Milliseconds kLook{500};  ///< so often is looked whether the others are there
constexpr std::chrono::microseconds kLookAtGpu{20};  ///< so often whether its work is done
constexpr std::int64_t kBeatsToName = 3;  ///< that a rank misses before it counts as ended
constexpr std::int64_t kBeatsToStop =
    4;  ///< that it misses at least before the others stop waiting
constexpr Milliseconds kToAnswer{10'000};  ///< that the store has while the machine is busy
constexpr Milliseconds kToRead{5000};      ///< that rank 0 gives the others to read its message
constexpr Milliseconds kToLeave{2000};     ///< that a rank has to leave its own
constexpr const char* kClosed = "closed";
constexpr int kProbe = 1;  ///< tag of messages that nobody sends, see closed_connection()
/// Gloo's own limit for an operation. A rank may have work of its own for long; whether it is there
/// at all is told by its heartbeats.
constexpr Milliseconds kOperation = std::chrono::hours(24 * 20);

/// The network interfaces of GLOO_SOCKET_IFNAME, or the one that leads to rank 0.
c10::intrusive_ptr<c10d::ProcessGroupGloo::Options> gloo_options(const Ranks& ranks,
                                                                 const GroupOptions& options) {
  using Gloo = c10d::ProcessGroupGloo;
  if (process_environment()("GLOO_SOCKET_IFNAME"))
    return Gloo::Options::create_default(options.join_timeout);
  const auto own = address_towards(ranks.host, ranks.port, options.join_timeout);
  const bool loopback = own.starts_with("127.") || own == "::1";
  if (loopback && ranks.knows_local && ranks.local_size < ranks.size)
    throw Error(Code::usage,
                fmt::format("the name {} is {} on this machine, which other machines can't reach; "
                            "set GLOO_SOCKET_IFNAME to the network interface, such as eth0",
                            ranks.host, own));
  auto gloo = Gloo::Options::create(options.join_timeout);
  gloo->devices.push_back(Gloo::createDeviceForHostname(own));
  return gloo;
}

/// Connects this rank to each of the others, in a thread of its own, from which Gloo's threads have
/// their signal mask: they would end the process where they write to one that is gone.
c10::intrusive_ptr<c10d::ProcessGroupGloo> connect_all(const Ranks& ranks,
                                                       const GroupOptions& options,
                                                       const std::string& prefix,
                                                       const Store& store) {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  (void)::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
  return c10::make_intrusive<c10d::ProcessGroupGloo>(
      c10::make_intrusive<c10d::PrefixStore>(prefix + "/gloo", store), static_cast<int>(ranks.rank),
      static_cast<int>(ranks.size), gloo_options(ranks, options));
}

}  // namespace

struct Group::Pending::Work {
  Connection* connection = nullptr;
  c10::intrusive_ptr<c10d::Work> work;
  bool on_gpus = false;
};

struct Group::Connection {
  Ranks ranks;
  GroupOptions options;
  Store store;
  std::string prefix;  ///< of the keys that these ranks use
  std::unique_ptr<Pulse> pulse;
  bool all_beat = false;  ///< all ranks have a heartbeat
  c10::intrusive_ptr<c10d::ProcessGroupGloo> gloo;
  c10::intrusive_ptr<c10d::Backend> gpus;  ///< for tensors on them; null before join_gpus()
  std::int64_t step = 0;
  bool watching = false;         ///< the others, as long as this rank has not heard of them
  Clock::time_point heard = {};  ///< when all were there the last time, or were looked at
  bool others_failed = false;
  bool told = false;  ///< by a rank that has failed, which all others are told by
  bool closed = false;

  void join();
  void join_gpus(JoinGpus* make);
  void wait(const Pending::Work& pending);
  [[nodiscard]] bool ends_soon(c10d::Work& work);
  [[nodiscard]] bool ends_soon_on_gpus(c10d::Work& work);
  void look();
  void look_around();
  [[nodiscard]] std::optional<std::string> closed_connection() const;
  [[noreturn]] void fail(const std::string& reason, const std::string& all_run);

  /// Begins an operation with the ranks' CPUs or GPUs, where the tensor is.
  template <class Operation>
  Pending start(const at::Tensor& tensor, const Operation& operation) {
    const bool on_gpus = !tensor.is_cpu();
    Pending pending;
    pending.work_ = std::make_unique<Pending::Work>();
    try {
      *pending.work_ = {this, operation(on_gpus ? *gpus : *gloo), on_gpus};
    } catch (const std::exception& error) {
      fail(reason_of(error), broken_text(reason_of(error)));
    }
    return pending;
  }
};

namespace {

/// Leaves the heartbeats and their thread to the end of the process.
void keep_running(std::unique_ptr<Pulse>& pulse) {
  [[maybe_unused]] const auto* const left = pulse.release();
}

/// Rank 0's store is the last to go: the others say when they no longer need it.
/// @return whether all have said so. All work is done, so that nothing depends on it
bool part(Board& board, const Ranks& ranks) {
  try {
    auto gone = board.add(kClosed, 1);
    const auto deadline = Clock::now() + kToLeave;
    while (ranks.rank == 0 && gone < ranks.size && Clock::now() < deadline) {
      std::this_thread::sleep_for(Milliseconds(5));
      gone = board.add(kClosed, 0);
    }
    return gone == ranks.size;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace

/// Looks whether the others give signs of life.
void Group::Connection::look() {
  const auto view = pulse->view();
  if (const auto* ending = first_of_others(view.endings, ranks.rank)) {
    told = true;
    throw error_of(*ending);
  }
  // Hundreds of ranks have longer intervals.
  const auto timeout = std::max(options.rank_timeout, kBeatsToStop * pulse->interval());
  if (view.lost || view.unanswered > timeout) throw Error(Code::io, store_text(ranks, step, ""));
  if (const auto names = silent(view, ranks.rank, step, timeout); !names.empty())
    throw Error(
        Code::io,
        fmt::format("no sign of life for {} s: {}; the process is stopped, or its machine "
                    "or network is gone. The run goes on from its last checkpoint",
                    std::chrono::duration_cast<std::chrono::seconds>(timeout).count(), names));
}

/// Why the connection to a rank that misses heartbeats is closed, if it is. Gloo tells that to
/// every operation that begins then, and to those that wait, but not to one that was just
/// receiving.
std::optional<std::string> Group::Connection::closed_connection() const {
  const auto view = pulse->view();
  for (std::size_t rank = 0; rank < view.ranks.size(); ++rank) {
    const auto other = static_cast<std::int64_t>(rank);
    if (other == ranks.rank || view.ranks[rank].silence < kBeatsToName * pulse->interval())
      continue;
    std::vector<at::Tensor> never{at::empty({1}, at::kByte)};
    try {
      (void)gloo->recv(never, static_cast<int>(other), kProbe);
    } catch (const std::exception& error) {
      return reason_of(error);
    }
  }
  return std::nullopt;
}

/// Finds out why an operation has failed, and throws the error.
/// @param all_run  the message where no rank is lost
void Group::Connection::fail(const std::string& reason, const std::string& all_run) {
  others_failed = true;
  const auto patience = (kBeatsToName + 1) * pulse->interval() - Milliseconds(100);
  const auto start = Clock::now();
  pulse->watch(true);
  auto view = pulse->view();
  const auto enough = view.looks + kBeatsToName + 1;
  const auto goes_on = [&, limit = patience + std::min(options.rank_timeout, kToAnswer)] {
    const auto passed = Clock::now() - start;
    return passed < patience || (view.looks < enough && passed < limit);
  };
  while (goes_on() && !view.lost && first_of_others(view.endings, ranks.rank) == nullptr) {
    std::this_thread::sleep_for(Milliseconds(20));
    view = pulse->view();
  }
  if (const auto* ending = first_of_others(view.endings, ranks.rank)) {
    told = true;
    throw error_of(*ending);
  }
  const bool keeps_store = ranks.rank == 0 && !ranks.has_store;
  if (view.lost || (!keeps_store && view.looks < enough))
    throw Error(Code::io, store_text(ranks, step, reason));
  const auto names = silent(view, ranks.rank, step, patience - pulse->interval() / 2);
  if (names.empty()) throw Error(Code::io, all_run);
  throw Error(Code::io,
              fmt::format("{} has ended without a message: it was killed, or its machine is gone "
                          "({}). The run goes on from its last checkpoint",
                          names, reason));
}

/// Looks whether the others are there, during a long wait or work that takes long.
void Group::Connection::look_around() {
  if (!std::exchange(watching, true)) pulse->watch(true);
  try {
    look();
  } catch (const Error&) {
    others_failed = true;
    throw;
  }
  if (const auto reason = closed_connection()) fail(*reason, broken_text(*reason));
}

/// Waits for Gloo until kLook has passed. @return whether the work is done
bool Group::Connection::ends_soon(c10d::Work& work) {
  while (true) {
    try {
      work.wait(kLook);
      return true;
    } catch (const std::exception& error) {
      if (work.isCompleted() && work.exception())
        fail(reason_of(error), broken_text(reason_of(error)));
      if (!work.isCompleted()) return false;  // else it is just done
    }
  }
}

/// The same for NCCL, whose wait() makes this GPU's later work wait, not the processor, and ends
/// the ranks' connection after a timeout.
bool Group::Connection::ends_soon_on_gpus(c10d::Work& work) {
  const auto until = Clock::now() + kLook;
  while (!work.isCompleted()) {
    if (Clock::now() > until) return false;
    std::this_thread::sleep_for(kLookAtGpu);
  }
  try {
    if (const auto failure = work.exception()) std::rethrow_exception(failure);
    work.wait();
  } catch (const std::exception& error) {
    fail(reason_of(error), broken_text(reason_of(error)));
  }
  return true;
}

void Group::Connection::wait(const Pending::Work& pending) {
  while (!(pending.on_gpus ? ends_soon_on_gpus(*pending.work) : ends_soon(*pending.work)))
    look_around();
  if (std::exchange(watching, false)) pulse->watch(false);
  heard = Clock::now();
}

/// Meets the other ranks, and connects to each of them.
void Group::Connection::join() {
  try {
    const auto meeting = meet(ranks, options, [store = store](const std::string& of_keys) {
      return board_of(store, of_keys);
    });
    prefix = meeting.prefix;
    pulse = std::make_unique<Pulse>(board_of(connect_to_store(ranks, options.join_timeout), prefix),
                                    ranks.rank, ranks.size,
                                    Beat{.process = ::getpid(), .host = host_name()});
    await_heartbeats(ranks, options, *meeting.board);
    all_beat = true;
    pulse->watch(true);
    gloo = while_looking([ranks = ranks, options = options, prefix = prefix,
                          store = store] { return connect_all(ranks, options, prefix, store); },
                         [this] {
                           check_stop(options);
                           look();
                         });
    pulse->watch(false);
    gloo->setTimeout(kOperation);
  } catch (const Error&) {
    throw;
  } catch (const std::exception& error) {
    check_stop(options);  // rank 0 may have been stopped as well, and its store is gone
    const auto reason = reason_of(error);
    if (!pulse)
      throw Error(Code::io, fmt::format("{} has ended before all ranks were there ({}); its output "
                                        "says why",
                                        store_name(ranks), reason));
    fail(reason, fmt::format("rank {} can't connect to the other ranks: {}", ranks.rank, reason));
  }
}

void Group::Connection::join_gpus(JoinGpus* make) {
  pulse->watch(true);
  try {
    auto* const made =
        while_looking([make,
                       shared = c10::intrusive_ptr<c10d::Store>(
                           c10::make_intrusive<c10d::PrefixStore>(prefix + "/gpus", store)),
                       rank = static_cast<int>(ranks.rank),
                       size = static_cast<int>(ranks.size)] { return make(&shared, rank, size); },
                      [this] { look(); });
    gpus = c10::intrusive_ptr<c10d::Backend>::reclaim(static_cast<c10d::Backend*>(made));
  } catch (const Error&) {
    others_failed = true;
    throw;
  } catch (const std::exception& error) {
    const auto reason = reason_of(error);
    fail(reason,
         fmt::format("rank {} can't join the GPUs of the other ranks: {}", ranks.rank, reason));
  }
  pulse->watch(false);
}

Group::Pending::Pending() = default;
Group::Pending::~Pending() = default;
Group::Pending::Pending(Pending&&) noexcept = default;
Group::Pending& Group::Pending::operator=(Pending&&) noexcept = default;

void Group::Pending::wait() {
  if (!work_) return;
  const auto work = std::exchange(work_, nullptr);
  work->connection->wait(*work);
}

Group::Group(const Ranks& ranks, const GroupOptions& options)
    : connection_(std::make_unique<Connection>()) {
  auto& c = *connection_;
  c.ranks = ranks;
  c.options = options;
  const auto timeout = options.join_timeout;
  const auto stopped = [&options] { check_stop(options); };
  c.store = while_looking(
      [ranks, timeout] {
        (void)address_towards(ranks.host, ranks.port, timeout);
        return open_store(ranks, timeout);
      },
      stopped);
  try {
    c.join();
  } catch (const Error& error) {
    if (c.all_beat) (void)leave(error);  // before, the others have been told already
    keep_running(c.pulse);               // its thread may wait for the store
    throw;
  }
}

Group::~Group() {
  if (connection_->closed) return;
  // Gloo's threads may wait for a rank that is gone, and the heartbeats' for the store.
  (void)connection_->gpus.release();
  (void)connection_->gloo.release();
  (void)connection_->store.release();
  keep_running(connection_->pulse);
}

const Ranks& Group::ranks() const {
  return connection_->ranks;
}

void Group::join_gpus(JoinGpus* join) {
  if (connection_->gpus) return;
  barrier();
  connection_->join_gpus(join);
}

Group::Pending Group::sum_later(at::Tensor tensor) {
  std::vector<at::Tensor> tensors{std::move(tensor)};
  return connection_->start(tensors.front(),
                            [&](c10d::Backend& all) { return all.allreduce(tensors); });
}

void Group::sum(at::Tensor tensor) {
  sum_later(std::move(tensor)).wait();
}

Group::Pending Group::broadcast_later(at::Tensor tensor, std::int64_t from) {
  std::vector<at::Tensor> tensors{std::move(tensor)};
  c10d::BroadcastOptions options;
  options.rootRank = from;
  return connection_->start(tensors.front(),
                            [&](c10d::Backend& all) { return all.broadcast(tensors, options); });
}

void Group::broadcast(at::Tensor tensor, std::int64_t from) {
  broadcast_later(std::move(tensor), from).wait();
}

std::string Group::broadcast(const std::string& bytes, std::int64_t from) {
  const auto size = at::empty({1}, at::kLong);
  *size.mutable_data_ptr<std::int64_t>() = std::ssize(bytes);
  broadcast(size, from);
  const auto buffer = at::zeros({*size.const_data_ptr<std::int64_t>()}, at::kByte);
  if (buffer.numel() == 0) return {};
  auto* const first = buffer.mutable_data_ptr<std::uint8_t>();
  if (rank() == from) std::ranges::copy(bytes, first);
  broadcast(buffer, from);
  return {first, first + buffer.numel()};
}

std::vector<std::string> Group::gather(const std::string& bytes) {
  const auto sizes = at::zeros({size()}, at::kLong);
  auto* const size_of = sizes.mutable_data_ptr<std::int64_t>();
  size_of[rank()] = std::ssize(bytes);
  sum(sizes);
  const auto longest = *std::max_element(size_of, size_of + size());
  if (longest == 0) return std::vector<std::string>(static_cast<std::size_t>(size()));
  const auto own = at::zeros({1, longest}, at::kByte);
  std::memcpy(own.mutable_data_ptr(), bytes.data(), bytes.size());
  const auto all = gather_rows(own, size());
  std::vector<std::string> texts;
  for (std::int64_t other = 0; other < size(); ++other) {
    const auto* const first = all.const_data_ptr<std::uint8_t>() + other * longest;
    texts.emplace_back(first, first + size_of[other]);
  }
  return texts;
}

at::Tensor Group::gather_rows(const at::Tensor& part, std::int64_t all) {
  const at::NoGradGuard guard;
  const auto most = (all + size() - 1) / size();
  auto shape = part.sizes().vec();
  shape.front() = most;
  const auto padded = at::zeros(shape, part.options().requires_grad(false));
  if (part.size(0) > 0) padded.narrow(0, 0, part.size(0)).copy_(part);
  std::vector<at::Tensor> inputs{padded};
  std::vector<std::vector<at::Tensor>> outputs(1);
  for (std::int64_t other = 0; other < size(); ++other)
    outputs.front().push_back(at::empty_like(padded));
  connection_->start(padded, [&](c10d::Backend& ranks) { return ranks.allgather(outputs, inputs); })
      .wait();
  std::vector<at::Tensor> parts;
  for (std::int64_t other = 0; other < size(); ++other)
    parts.push_back(outputs.front()[static_cast<std::size_t>(other)].narrow(
        0, 0, rows_of(all, other, size()).count));
  return at::cat(parts);
}

at::Tensor Group::exchange(const at::Tensor& rows, std::vector<std::int64_t> sent,
                           std::vector<std::int64_t> received) {
  auto input = rows;
  auto output =
      at::empty({std::accumulate(received.begin(), received.end(), std::int64_t{0}), rows.size(1)},
                rows.options());
  connection_
      ->start(rows,
              [&](c10d::Backend& all) { return all.alltoall_base(output, input, received, sent); })
      .wait();
  return output;
}

void Group::barrier() {
  sum(at::zeros({1}, at::kFloat));
}

void Group::check() {
  auto& c = *connection_;
  const auto now = Clock::now();
  if (now - c.heard < kLook) return;
  c.heard = now;
  c.look_around();
}

void Group::note_step(std::int64_t step) {
  connection_->step = step;
  connection_->pulse->note_step(step);
}

void Group::close() {
  barrier();
  auto& c = *connection_;
  c.pulse.reset();
  (void)part(*board_of(c.store, c.prefix), c.ranks);
  c.closed = true;
  if (c.gpus) c.gpus->shutdown();
  c.gpus.reset();
  c.gloo.reset();
  c.store.reset();
}

bool Group::leave(const Error& error) {
  auto& c = *connection_;
  if (c.closed) return true;
  const bool own = !c.others_failed;
  // Those that are not connected to a lost rank would take the ones that end next for lost.
  if (!c.told) c.pulse->leave(ending_of(rank(), c.step, error), kToLeave);
  if (leads() && !c.ranks.has_store) c.pulse->wait_for_readers(kToRead);
  return own;
}

}  // namespace temper::distributed
