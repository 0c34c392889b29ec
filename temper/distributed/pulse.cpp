#include "temper/distributed/pulse.h"

#include <fmt/format.h>

#include <algorithm>
#include <exception>
#include <string_view>
#include <utility>

#include "temper/core/parse_number.h"

namespace temper::distributed {
namespace {

constexpr Milliseconds kInterval{200};
constexpr std::int64_t kRanksAtOnce = 64;  ///< each watches all: entries are read by their square
constexpr std::int64_t kMostBytes = 4096;  ///< of a message
constexpr char kEnd = '\0';                ///< of an ending's text

constexpr const char* kEndings = "endings";
constexpr const char* kReaders = "readers";
constexpr std::int64_t kSilentBeats = 4;  ///< that a rank misses before nobody waits for it

std::string key_of(std::int64_t rank) {
  return fmt::format("beat/{}", rank);
}

/// Takes the text before a separator off the front; all of it without one.
std::string_view taken(std::string_view& text, char separator) {
  const auto end = std::min(text.find(separator), text.size());
  const auto front = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return front;
}

template <class Number>
bool read(std::string_view text, Number& value) {
  const auto number = parse_number<Number>(text);
  if (number) value = *number;
  return number.has_value();
}

std::vector<std::int64_t> parse_ranks(std::string_view text) {
  std::vector<std::int64_t> ranks;
  while (!text.empty())
    if (std::int64_t rank = 0; read(taken(text, kEnd), rank)) ranks.push_back(rank);
  return ranks;
}

}  // namespace

std::string to_text(const Beat& beat) {
  return fmt::format("{} {} {} {}", beat.count, beat.step, beat.process, beat.host);
}

std::optional<Beat> parse_beat(const std::string& text) {
  std::string_view rest = text;
  Beat beat;
  if (!read(taken(rest, ' '), beat.count) || !read(taken(rest, ' '), beat.step) ||
      !read(taken(rest, ' '), beat.process))
    return std::nullopt;
  beat.host = rest;
  return beat;
}

std::string to_text(const Ending& ending) {
  auto message = ending.message.substr(0, kMostBytes);
  std::erase(message, kEnd);
  return fmt::format("{} {} {} {}\n{}{}", ending.rank, ending.status, ending.step, ending.host,
                     message, kEnd);
}

std::vector<Ending> parse_endings(const std::string& text) {
  std::vector<Ending> endings;
  std::string_view rest = text;
  while (!rest.empty()) {
    auto one = taken(rest, kEnd);
    auto head = taken(one, '\n');
    Ending ending;
    if (!read(taken(head, ' '), ending.rank) || !read(taken(head, ' '), ending.status) ||
        !read(taken(head, ' '), ending.step))
      continue;
    ending.host = head;
    ending.message = one;
    endings.push_back(std::move(ending));
  }
  return endings;
}

void leave_ending(Board& board, const Ending& ending) {
  board.append(kEndings, to_text(ending));
}

std::vector<Ending> endings_on(Board& board) {
  if (!board.has(kEndings)) return {};
  return parse_endings(board.get({kEndings}).front());
}

void note_reader(Board& board, std::int64_t rank) {
  board.append(kReaders, fmt::format("{}{}", rank, kEnd));
}

std::vector<std::int64_t> readers_on(Board& board) {
  std::vector<std::int64_t> ranks;
  if (board.has(kReaders)) ranks = parse_ranks(board.get({kReaders}).front());
  for (const auto& ending : endings_on(board)) ranks.push_back(ending.rank);
  return ranks;
}

Pulse::Pulse(std::unique_ptr<Board> board, std::int64_t rank, std::int64_t size, Beat own)
    : board_(std::move(board)),
      rank_(rank),
      interval_(kInterval * std::max<std::int64_t>(1, size / kRanksAtOnce)),
      own_(std::move(own)),
      readers_(static_cast<std::size_t>(size)),
      watched_(static_cast<std::size_t>(size)) {
  for (std::int64_t other = 0; other < size; ++other) keys_.push_back(key_of(other));
  beat();
  thread_ = std::thread([this] { run(); });
}

Pulse::~Pulse() {
  {
    const std::scoped_lock lock(mutex_);
    ended_ = true;
  }
  woken_.notify_all();
  thread_.join();
}

void Pulse::watch(bool on) {
  {
    const std::scoped_lock lock(mutex_);
    if (watching_ == on) return;
    watching_ = on;
    looks_ = 0;
    for (auto& one : watched_) {
      one.beat.count = 0;
      one.changed = Clock::now();
    }
  }
  if (on) woken_.notify_all();
}

bool Pulse::watches() const {
  const std::scoped_lock lock(mutex_);
  return watching_;
}

Pulse::View Pulse::view() const {
  const auto since = [now = Clock::now()](Clock::time_point then) {
    return std::chrono::duration_cast<Milliseconds>(now - then);
  };
  const std::scoped_lock lock(mutex_);
  View view{.ranks = {},
            .endings = endings_,
            .unanswered = since(answered_),
            .lost = lost_,
            .looks = looks_};
  for (const auto& one : watched_) view.ranks.push_back({one.beat, since(one.changed)});
  return view;
}

void Pulse::leave(const Ending& ending, Milliseconds patience) {
  std::unique_lock lock(mutex_);
  to_leave_ = ending;
  woken_.notify_all();
  turned_.wait_for(lock, patience, [this] { return !to_leave_ || lost_; });
}

void Pulse::wait_for_readers(Milliseconds patience) {
  watch(true);
  std::unique_lock lock(mutex_);
  turned_.wait_for(lock, patience, [this] { return lost_ || all_know(); });
}

/// Whether each of the others knows the endings, or is silent.
bool Pulse::all_know() const {
  const auto now = Clock::now();
  for (std::size_t rank = 0; rank < readers_.size(); ++rank)
    if (static_cast<std::int64_t>(rank) != rank_ && !readers_[rank] &&
        now - watched_[rank].changed < kSilentBeats * interval_)
      return false;
  return true;
}

void Pulse::run() {
  std::unique_lock lock(mutex_);
  while (!ended_) {
    lock.unlock();
    bool failed = false;
    try {
      turn();
    } catch (const std::exception&) {
      failed = true;  // the store can't be reached
    }
    lock.lock();
    lost_ = lost_ || failed;
    if (!failed) answered_ = Clock::now();
    turned_.notify_all();
    if (lost_) return;
    const bool was_watching = watching_;
    woken_.wait_for(lock, interval_,
                    [&] { return ended_ || to_leave_ || (watching_ && !was_watching); });
  }
}

/// What the thread does each time.
void Pulse::turn() {
  std::optional<Ending> ending;
  {
    const std::scoped_lock lock(mutex_);
    ending = to_leave_;
  }
  if (ending) {
    leave_ending(*board_, *ending);
    const std::scoped_lock lock(mutex_);
    to_leave_.reset();
  }
  beat();
  read_endings();
  if (watches()) look();
}

void Pulse::beat() {
  ++own_.count;
  own_.step = step_.load(std::memory_order_relaxed);
  board_->set(keys_[static_cast<std::size_t>(rank_)], to_text(own_));
}

/// Reads why others end, also where they are not watched: a rank that computes for long knows it
/// when it needs them next, and rank 0 need not wait for that.
void Pulse::read_endings() {
  auto endings = endings_on(*board_);
  if (endings.empty()) return;
  const bool of_others =
      std::ranges::any_of(endings, [this](const Ending& one) { return one.rank != rank_; });
  if (of_others && !std::exchange(has_read_, true)) note_reader(*board_, rank_);
  const auto readers = readers_on(*board_);
  const std::scoped_lock lock(mutex_);
  for (const auto reader : readers)
    if (reader >= 0 && reader < std::ssize(readers_))
      readers_[static_cast<std::size_t>(reader)] = true;
  endings_ = std::move(endings);
}

/// Reads the heartbeats of the others.
void Pulse::look() {
  const auto texts = board_->get(keys_);
  const auto now = Clock::now();
  const std::scoped_lock lock(mutex_);
  ++looks_;
  for (std::size_t rank = 0; rank < watched_.size() && rank < texts.size(); ++rank) {
    const auto found = parse_beat(texts[rank]);
    if (!found || *found == watched_[rank].beat) continue;
    // The first look only learns what was written before.
    if (watched_[rank].beat.count != 0) watched_[rank].changed = now;
    watched_[rank].beat = *found;
  }
}

}  // namespace temper::distributed
