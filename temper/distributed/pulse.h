#pragma once
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "temper/distributed/board.h"

namespace temper::distributed {

using Milliseconds = std::chrono::milliseconds;

/// What a rank says of itself.
struct Beat {
  std::int64_t count = 0;  ///< of its heartbeats
  std::int64_t step = 0;   ///< steps of training that it has done
  std::int64_t process = 0;
  std::string host = {};

  bool operator==(const Beat&) const = default;
};

/// What a rank leaves behind that ends because of an error.
struct Ending {
  std::int64_t rank = 0;
  int status = 0;  ///< its exit status
  std::int64_t step = 0;
  std::string host = {};
  std::string message = {};

  bool operator==(const Ending&) const = default;
};

/// The texts of entries. The readers return nothing for other text.
std::string to_text(const Beat& beat);
std::optional<Beat> parse_beat(const std::string& text);
std::string to_text(const Ending& ending);
std::vector<Ending> parse_endings(const std::string& text);

/// Adds an ending to those on a board.
void leave_ending(Board& board, const Ending& ending);
/// Those that ranks have left, in their order.
std::vector<Ending> endings_on(Board& board);
/// Says that a rank knows the endings of others.
void note_reader(Board& board, std::int64_t rank);
/// The ranks that need not be told any more: those that know, and those that have ended themselves.
std::vector<std::int64_t> readers_on(Board& board);

/// The heartbeats of the ranks: a thread that tells the others that this process runs, reads why
/// others end, and, as long as it is asked to, watches their heartbeats. It alone uses its board.
class Pulse {
 public:
  struct Rank {
    Beat beat = {};
    Milliseconds silence{0};  ///< since its last heartbeat, as far as it was watched
  };

  /// What is known of the others.
  struct View {
    std::vector<Rank> ranks;
    std::vector<Ending> endings;  ///< in their order, also those that were left while the others
                                  ///< were not watched; the first one may be the cause of others
    Milliseconds unanswered{0};   ///< since the store's last answer
    bool lost = false;            ///< the store can't be reached any more
    std::int64_t looks = 0;       ///< at the others, since they are watched
  };

  /// Writes the first heartbeat before it returns.
  /// @param own  with the process and host of this rank
  Pulse(std::unique_ptr<Board> board, std::int64_t rank, std::int64_t size, Beat own);
  ~Pulse();
  Pulse(const Pulse&) = delete;
  Pulse& operator=(const Pulse&) = delete;
  Pulse(Pulse&&) = delete;
  Pulse& operator=(Pulse&&) = delete;

  /// Time between two heartbeats: a quarter of a second, more with hundreds of ranks.
  [[nodiscard]] Milliseconds interval() const { return interval_; }
  void note_step(std::int64_t step) noexcept { step_.store(step, std::memory_order_relaxed); }

  /// Begins or ends to watch the others. All of them are silent from the beginning on.
  void watch(bool on);
  [[nodiscard]] View view() const;

  /// Leaves an ending behind, and waits until it is written.
  void leave(const Ending& ending, Milliseconds patience);
  /// Waits until all other ranks know the endings, have ended, or give no sign of life.
  void wait_for_readers(Milliseconds patience);

 private:
  using Clock = std::chrono::steady_clock;
  struct Watched {
    Beat beat = {};
    Clock::time_point changed = {};
  };

  void run();
  void turn();
  void beat();
  void read_endings();
  void look();
  [[nodiscard]] bool watches() const;
  [[nodiscard]] bool all_know() const;

  std::unique_ptr<Board> board_;
  const std::int64_t rank_;
  const Milliseconds interval_;
  Beat own_;                       ///< of the thread
  std::vector<std::string> keys_;  ///< of all heartbeats
  bool has_read_ = false;          ///< whether the thread has said so
  std::atomic<std::int64_t> step_ = 0;

  mutable std::mutex mutex_;
  std::condition_variable woken_;   ///< there is something to do for the thread
  std::condition_variable turned_;  ///< the thread has done it
  bool ended_ = false;
  bool watching_ = false;
  bool lost_ = false;
  std::int64_t looks_ = 0;
  std::vector<bool> readers_;  ///< ranks that need not be told any more
  std::optional<Ending> to_leave_;
  std::vector<Watched> watched_;
  std::vector<Ending> endings_;
  Clock::time_point answered_ = Clock::now();
  std::thread thread_;
};

}  // namespace temper::distributed
