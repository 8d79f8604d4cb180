package crashtest

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// bug is a mistake that can be built into the program, and the test that must
// then fail. docs/invariants.md says which promise each one breaks.
type bug struct {
	name, file, right, wrong string
	pkg, test                string
}

var bugs = []bug{
	{
		name: "the cursor is saved although a mention was not", file: "internal/store/record.go",
		right: `		if err != nil {
			return 0, fmt.Errorf("mention %s: %w", m.ID, err)
		}
`,
		wrong: `		if err != nil {
			continue
		}
`,
		pkg: "internal/store", test: "TestAFullDiskGivesTheBallastBackAndHurtsNothing",
	},
	{
		name: "a week of silence is no gap", file: "internal/platform/telegram/mark.go",
		right: `now.Sub(last) <= kept`,
		wrong: `now.Sub(last) <= 30*kept`,
		pkg:   "internal/platform/telegram", test: "TestSilenceBeyondADayIsReportedAsPossibleLoss",
	},
	{
		name: "a window that rolled over is no gap", file: "watchers/feed/feed.go",
		right: `next.Rolled == 2 {`,
		wrong: `next.Rolled == 3 {`,
		pkg:   "watchers/feed", test: "TestAWindowThatRolledTwiceIsAGap",
	},
	{
		name: "every new identity is believed", file: "internal/store/identity.go",
		right: `return l.guesses <= mostGuesses`,
		wrong: `return true`,
		pkg:   "internal/store", test: "TestSQLiteKeepsEveryPromise/few changed items are believed by link alone",
	},
	{
		name: "an unknown outcome is tried again", file: "internal/store/settle.go",
		right: `if r.Kind == cases.SendNotice { // a doubled notice`,
		wrong: `if true { // a doubled notice`,
		pkg:   "internal/store", test: "TestSQLiteKeepsEveryPromise/an unknown outcome waits for a person",
	},
	{
		name: "any reply is taken for the one in doubt", file: "responder/post.go",
		right: `if s.State == cases.InDoubt && s.Kind == cases.SendReply {`,
		wrong: `if s.Kind == cases.SendReply {`,
		pkg:   "responder", test: "TestOfAllThatWasSentOnlyTheReplyInDoubtIsLookedFor",
	},
	{
		name: "a lost lease makes a reply ready again", file: "internal/store/settle.go",
		right: "\tif r.Kind == cases.SendNotice {\n\t\tstate = cases.Ready\n\t}\n\t_, err := q.ExecContext(ctx, `UPDATE outbox SET state = $1, lease_until = 0, quiet",
		wrong: "\tif true {\n\t\tstate = cases.Ready\n\t}\n\t_, err := q.ExecContext(ctx, `UPDATE outbox SET state = $1, lease_until = 0, quiet",
		pkg:   "internal/store", test: "TestSQLiteKeepsEveryPromise/a lost lease is a doubt and never ready",
	},
	{
		name: "a frozen instance posts when it wakes", file: "responder/post.go",
		right: `late > cmp.Or(p.Lease, lease)/2 {`,
		wrong: `late < 0 {`,
		pkg:   "responder", test: "TestAFrozenInstanceDoesNotPostWhenItWakes",
	},
	{
		name: "two processes may open one file", file: "internal/store/lock_unix.go",
		right: `if errors.Is(err, unix.EWOULDBLOCK) {
`,
		wrong: `if errors.Is(err, unix.EWOULDBLOCK) {
			return &fileLock{f}, nil
`,
		pkg: "internal/store", test: "TestASecondProcessIsRefusedUntilTheFirstEnds",
	},
	{
		name: "a reply needs no name under its approval", file: "internal/store/apply.go",
		right: `case m.By != ch.By || m.By == "" || m.By == cases.Rasid || m.By == customer:`,
		wrong: `case m.By != ch.By:`,
		pkg:   "internal/store", test: "TestSQLiteKeepsEveryPromise/a reply without a decision for its bytes is refused",
	},
	{
		name: "words beside an answer may be any words", file: "internal/store/asides.go",
		right: `case m.Reply.Text == "" || m.Hash != cases.HashReply(m.Target, mention.ID, m.Reply.Text):`,
		wrong: `case m.Reply.Text == "":`,
		pkg:   "internal/store", test: "TestSQLiteKeepsEveryPromise/words beside an answer are refused unless a rule says exactly them",
	},
	{
		name: "the bytes are not compared before they leave", file: "internal/store/claim.go",
		right: `case !ok || d.Version != r.Reply.Draft || d.Text != r.Reply.Text:`,
		wrong: `case !ok || d.Version < 0:`,
		pkg:   "internal/store", test: "TestSQLiteKeepsEveryPromise/bytes changed behind the store's back do not leave",
	},
	{
		name: "two decide and both win", file: "internal/store/apply.go",
		right: `if c.Version != ch.Version {`,
		wrong: `if ch.Version < 0 {`,
		pkg:   "internal/store", test: "TestSQLiteKeepsEveryPromise/of eight who decide at once exactly one wins",
	},
	{
		name: "a number counts on every platform", file: "responder/office.go",
		right: `if id, ok := p.Accounts[a.Platform]; ok && id != "" && id == a.ID {
			return p, true
		}`,
		wrong: `for _, id := range p.Accounts {
			if id == a.ID {
				return p, true
			}
		}`,
		pkg: "responder", test: "TestEveryKindOfActorDoesWhatItsRoleAllowsAndNoMore",
	},
	{
		name: "a button's signature is not looked at", file: "responder/callback.go",
		right: `if !hmac.Equal(mac, s.mac(room, head)) || head[0]`,
		wrong: `if mac == nil || head[0]`,
		pkg:   "responder", test: "TestNoFlippedBitPasses",
	},
	{
		name: "a button works in every room", file: "responder/callback.go",
		right: `	h.Write([]byte(room))
`,
		wrong: ``,
		pkg:   "responder", test: "TestATokenIsWorthNothingElsewhere",
	},
	{
		name: "a reply leaves under a mention that changed", file: "responder/post.go",
		right: `return st.Edited || st.Text != "" && strings.TrimSpace(st.Text) != strings.TrimSpace(m.Text)`,
		wrong: `return st.Edited && strings.TrimSpace(m.Text) == "\x00"`,
		pkg:   "responder", test: "TestNothingIsPostedUnderAMentionThatChanged",
	},
	{
		name: "a late alarm is dropped", file: "responder/wake.go",
		right: `	if c.State != cases.Waiting && c.State != cases.Unsure && c.State != cases.Failed {
		ch.Event = cases.Note`,
		wrong: `	if c.State != cases.Waiting && c.State != cases.Unsure && c.State != cases.Failed || late(c, now) {
		ch.Event = cases.Note`,
		pkg: "responder", test: "TestAnAlarmMissedByARestartFiresOnceAndSaysHowLate",
	},
	{
		name: "a decision leaves its alarm running", file: "internal/store/apply.go",
		right: `c.WakeAt, c.WakeFor = zeroTime, "" // an alarm belongs`,
		wrong: `_ = zeroTime // an alarm belongs`,
		pkg:   "internal/store", test: "TestSQLiteKeepsEveryPromise/a decision stops the alarms",
	},
	{
		name: "a digest has a key for each moment", file: "cmd/rasid/planner.go",
		right: `return "digest/" + day.Format(time.DateOnly) + "/" + target`,
		wrong: `return "digest/" + day.Format(time.RFC3339) + time.Now().String() + "/" + target`,
		pkg:   "cmd/rasid", test: "TestEachDayIsToldOnceForFiveYearsInEightZones",
	},
	{
		name: "a clock that was set back is believed", file: "internal/store/clock.go",
		right: `behind <= clockSlack`,
		wrong: `behind < 1<<62`,
		pkg:   "internal/store", test: "TestSQLiteKeepsEveryPromise/nothing leaves while the clock stands before the last reply",
	},
	{
		name: "a refused token is tried again", file: "internal/platform/telegram/errors.go",
		right: `	c.refused = err
`,
		wrong: `	_ = err
`,
		pkg: "internal/platform/telegram", test: "TestAfterA401NothingIsAskedAnyMore",
	},
	{
		name: "nesting has no limit", file: "watchers/feed/guard.go",
		right: `case len(g.open) > maxDepth:`,
		wrong: `case len(g.open) > 1<<30:`,
		pkg:   "watchers/feed", test: "TestBombsAreRefusedOrStayWithinTheirBounds",
	},
	{
		name: "a private address is public", file: "internal/outbound/address.go",
		right: `if !a.IsValid() || within(special, a) {`,
		wrong: `if !a.IsValid() {`,
		pkg:   "internal/outbound", test: "TestOnlyPublicAddressesArePublic",
	},
	{
		name: "a link may be anything", file: "internal/cases/address.go",
		right: `u.Host == "" || u.Scheme != "https" && u.Scheme != "http"`,
		wrong: `false`,
		pkg:   "internal/console", test: "TestLinksOfOthersLeadToPagesOnly",
	},
	{
		name: "marks that turn text stay in what leaves", file: "responder/visible.go",
		right: "\t\tcase hidden,\n",
		wrong: "\t\tcase hidden && len(runes) > 1<<30,\n",
		pkg:   "responder", test: "TestWhatHidesOrTurnsTextIsShownToStaffAndNeverLeaves",
	},
	{
		name: "an author gets replies without end", file: "internal/store/budget.go",
		right: `{author, b.PerAuthorDay, "to this author in 24 hours"},`,
		wrong: `{0, b.PerAuthorDay, "to this author in 24 hours"},`,
		pkg:   "responder", test: "TestATrollGetsTwoRepliesADayAtMost",
	},
	{
		name: "a secret prints", file: "internal/outbound/secret.go",
		right: `	return mask
}

// GoString`,
		wrong: `	return string(s)
}

// GoString`,
		pkg: "internal/outbound", test: "TestASecretPrintsNowhere",
	},
	{
		name: "a card number is no secret", file: "responder/guard/privacy.go",
		right: `cardPrefix(d) && luhn(d):`,
		wrong: `cardPrefix(d) && luhn(d) && false:`,
		pkg:   "responder/guard", test: "TestGoldenFindingsNameTheWordsAsWritten",
	},
	{
		name: "freed pages keep erased words", file: "internal/store/erase.go",
		right: `if err != nil || open == 0 {`,
		wrong: `if err != nil || open >= 0 {`,
		pkg:   "internal/store", test: "TestErasedWordsAreInNoFile",
	},
	{
		name: "digests keep the words of the erased", file: "internal/store/erase.go",
		right: `if err := eraseReports(ctx, q); err != nil {`,
		wrong: `if err := error(nil); err != nil {`,
		pkg:   "internal/store", test: "TestSQLiteKeepsEveryPromise/an erased author is quoted in no report",
	},
	{
		name: "the chain leaves out who did it", file: "internal/store/history.go",
		right: `string(l.From), string(l.To), l.By, `,
		wrong: `string(l.From), string(l.To), `,
		pkg:   "internal/store", test: "TestSQLiteKeepsEveryPromise/every tampering with the history is noticed/who",
	},
	{
		name: "the ballast is kept on a full disk", file: "internal/store/ballast.go",
		right: `se.Code()&0xff != sqliteFull {`,
		wrong: `se.Code()&0xff == sqliteFull {`,
		pkg:   "internal/store", test: "TestAFullDiskGivesTheBallastBackAndHurtsNothing",
	},
	{
		name: "a ballast that was given back is gone for good", file: "internal/store/ballast.go",
		right: `free < uint64(2*s.o.Ballast+s.o.MinFree) ||`,
		wrong: `free > 0 ||`,
		pkg:   "internal/store", test: "TestAFullDiskGivesTheBallastBackAndHurtsNothing",
	},
	{
		name: "what a customer puts back is owed nothing", file: "internal/store/record.go",
		right: `if err := oweAgain(ctx, in.q, old.Case, in.now); err != nil {`,
		wrong: `if err := error(nil); err != nil {`,
		pkg:   "internal/store", test: "TestSQLiteKeepsEveryPromise/a promise is owed again when the customer puts back what was deleted",
	},
	{
		name: "a clock that leaps ahead is believed at once", file: "internal/store/clock.go",
		right: `case now.Sub(last) > leap:`,
		wrong: `case now.Sub(last) > 10000*leap:`,
		pkg:   "internal/store", test: "TestSQLiteKeepsEveryPromise/a clock that leaps ahead makes nothing old at once",
	},
	{
		name: "a clock that was ahead silences a source", file: "watchers/poll.go",
		right: `if ahead <= 0 {`,
		wrong: `if ahead < 1<<62 {`,
		pkg:   "watchers", test: "TestAClockThatWasYearsAheadSilencesNoSource",
	},
	{
		name: "the kill switch is not asked", file: "internal/store/claim.go",
		right: `err != nil || stop.On {`,
		wrong: `err != nil || stop.On && err != nil {`,
		pkg:   "internal/store", test: "TestSQLiteKeepsEveryPromise/the kill switch holds everything until it is turned back",
	},
	{
		name: "a stop at the terminal reaches this machine only", file: "cmd/rasid/stop.go",
		right: `if !store.Shared(cfg.DatabasePath()) {`,
		wrong: `if cfg != nil {`,
		pkg:   "cmd/rasid", test: "TestAStopAtTheTerminalReachesEveryInstanceOnTheDatabase",
	},
	{
		name: "a stop cuts off the post under way", file: "responder/post.go",
		right: `work, cancel := outlive(ctx, postDeadline)`,
		wrong: `work, cancel := context.WithTimeout(ctx, postDeadline)`,
		pkg:   "responder", test: "TestAStopDoesNotCutOffThePostUnderWay",
	},
	{
		name: "a pause is forgotten", file: "internal/store/pause.go",
		right: `return !now.Before(moment(us)), nil`,
		wrong: `return us >= 0, nil`,
		pkg:   "internal/store", test: "TestSQLiteKeepsEveryPromise/a place that asked for a pause gets it, also after a restart",
	},
	{
		name: "a restored copy posts at once", file: "internal/store/incarnation.go",
		right: `case here.Inode != inDB.Inode || here.Born != inDB.Born:`,
		wrong: `case here.Inode < 0*inDB.Inode:`,
		pkg:   "internal/store", test: "TestNothingIsPostedTwiceFromACopy",
	},
	{
		name: "a dump is taken for one more instance", file: "internal/store/postgres.go",
		right: `moved = was != ""; moved {`,
		wrong: `moved = false; moved {`,
		pkg:   "internal/store", test: "TestADumpReadIntoAnotherDatabaseIsHeld",
	},
	{
		name: "a start that is ended forgets its marks", file: "internal/store/incarnation.go",
		right: `	inDB, err := s.present(ctx)`,
		wrong: `	s.marks = side
	inDB, err := s.present(ctx)`,
		pkg: "internal/store", test: "TestAStartThatIsEndedAnywhereHoldsNothing",
	},
	{
		name: "an upgrade that is ended looks like a file written over", file: "internal/store/store.go",
		right: `err = s.noteOpen()`,
		wrong: `_ = s.noteOpen`,
		pkg:   "internal/store", test: "TestAStartThatIsEndedAnywhereHoldsNothing",
	},
	{
		name: "the rest of the score is told twice", file: "sentiment/explain.go",
		right: `out = append(out, Reason{Weight: res.Raw - sum, Kind: KindBase})`,
		wrong: `out = append(out, Reason{Weight: res.Raw, Kind: KindBase})`,
		pkg:   "sentiment", test: "TestReasonsOfEveryMentionAddUp",
	},
	{
		name: "the strongest reason is not tried", file: "sentiment/explain.go",
		right: `if len(rs) == 0 || s.without(d, in, res, rs[0])*rs[0].Weight > 0 {`,
		wrong: `if len(rs) >= 0 {`,
		pkg:   "sentiment", test: "TestRemovingTheStrongestReasonMovesTheScoreAsItSays",
	},
	{
		name: "a span ends a byte too early", file: "sentiment/internal/text/token.go",
		right: `End: d.from[j-1].end, Hash`,
		wrong: `End: d.from[j-1].end - 1, Hash`,
		pkg:   "sentiment", test: "TestReasonsOfDisguisedTextsAreSpansOfWhatWasWritten",
	},
	{
		name: "zero-width signs part words", file: "sentiment/internal/text/fold.go",
		right: `		r >= 0x200B && r <= 0x200F, r >= 0x202A`,
		wrong: `		r >= 0x202A`,
		pkg:   "sentiment", test: "TestChangesThatKeepTheMeaningKeepTheLabel",
	},
	{
		name: "judged lines leave as they are ready", file: "sentiment/stream.go",
		right: `		readErr <- eachLine(r, func(line []byte, long bool) error {
			answer := make(chan []byte, 1)
`,
		wrong: `		answer := make(chan []byte, 4*n)
		readErr <- eachLine(r, func(line []byte, long bool) error {
`,
		pkg: "sentiment", test: "TestStreamAnswersEveryLineInOrderAndGoesOnAfterBadOnes",
	},
	{
		name: "the id of a broken line is not looked for", file: "sentiment/stream.go",
		right: `if name == "id" && utf8.Valid(v) {`,
		wrong: `if name == "id" && len(v) == 0 {`,
		pkg:   "sentiment", test: "TestEachOddLineIsAnsweredInItsPlace",
	},
	{
		name: "whom it is about is told too surely", file: "sentiment/target.go",
		right: `targetCaution = 0.75`,
		wrong: `targetCaution = 2.5`,
		pkg:   "sentiment", test: "TestABusinessNeverSeenIsToldFromOthers",
	},
	{
		name: "a layer without a gain is switched on", file: "sentiment/local/local.go",
		right: `rep.Gain > max(minGain, beyond*rep.Noise) && `,
		wrong: ``,
		pkg:   "sentiment/local", test: "TestALayerIsSwitchedOnOnlyBeyondNoiseAndWithoutLoss",
	},
	{
		name: "a layer that finds complaints worse is switched on", file: "sentiment/local/local.go",
		right: `rep.FairNow >= rep.Fair && `,
		wrong: ``,
		pkg:   "sentiment/local", test: "TestALayerIsSwitchedOnOnlyBeyondNoiseAndWithoutLoss",
	},
	{
		name: "complaints are taken for as rare as they are", file: "sentiment/local/fit.go",
		right: `biasShare = 0.75`,
		wrong: `biasShare = 1.0`,
		pkg:   "sentiment/local", test: "TestFewComplaintsLowerThemOnlyInPart",
	},
	{
		name: "the lean is chosen by counted hits", file: "sentiment/local/validate.go",
		right: `believed = 0.3`,
		wrong: `believed = 1.0`,
		pkg:   "sentiment/local", test: "TestTheLeanIsChosenByWhatIsLikely",
	},
	{
		name: "one mention teaches a word", file: "sentiment/local/local.go",
		right: `seenIn = 2`,
		wrong: `seenIn = 1`,
		pkg:   "sentiment/local", test: "TestWhatOneMentionSaysTeachesNoWord",
	},
	{
		name: "a half of a layer halves the table as well", file: "sentiment/local/fit.go",
		right: `out.theta[atTrust] = 1 + share*(f.trust()-1)`,
		wrong: `out.theta[atTrust] = share * f.trust()`,
		pkg:   "sentiment/local", test: "TestAPartOfALayerMovesTheScoreByThatPart",
	},
	{
		name: "a layer knows no limit", file: "sentiment/layer.go",
		right: `return bound(more*zn+l.Bias[0]+neg*x, l.Limit), bound(more*zp+l.Bias[1]+pos*x, l.Limit)`,
		wrong: `return more*zn + l.Bias[0] + neg*x, more*zp + l.Bias[1] + pos*x`,
		pkg:   "sentiment/local", test: "TestALayerNeverMovesALogitBeyondItsLimit",
	},
	{
		name: "the cells of a layer are stored in any order", file: "sentiment/layer.go",
		right: `keys := slices.Sorted(maps.Keys(l.Cells))`,
		wrong: `keys := slices.Collect(maps.Keys(l.Cells))`,
		pkg:   "sentiment/local", test: "TestALayerSurvivesTheStoreByteForByte",
	},
	{
		name: "a careless labeller is believed", file: "sentiment/local/local.go",
		right: `trusted     = 0.5`,
		wrong: `trusted     = 0.0`,
		pkg:   "sentiment/local", test: "TestOneCarelessLabellerIsDoubted",
	},
	{
		name: "every copy of a text teaches", file: "sentiment/local/local.go",
		right: `if _, dup := last[key]; dup {`,
		wrong: `if _, dup := last[key]; dup && key == 0 {`,
		pkg:   "sentiment/local", test: "TestAFloodOfOneTextCountsOnce",
	},
	{
		name: "the words of a single customer are told", file: "sentiment/local/words.go",
		right: `if n < tellFrom || !side {`,
		wrong: `if !side {`,
		pkg:   "sentiment/local", test: "TestNoWordOfASingleCustomerIsTold",
	},
	{
		name: "what was rolled back stays on", file: "internal/store/lessons.go",
		right: `UPDATE layers SET state = 'rolled-back', by_whom`,
		wrong: `UPDATE layers SET by_whom`,
		pkg:   "responder/learn", test: "TestAShopTeachesItsOwnWordsAndCanTakeThemBack",
	},
	{
		name: "a rule acts whomever it is about", file: "responder/automatic.go",
		right: `case !m.Direct && s.Target < sureTarget:`,
		wrong: `case !m.Direct && s.Target < 0:`,
		pkg:   "responder", test: "TestRefrainNamesEveryReason",
	},
	{
		name: "a rule answers disguised words", file: "responder/disguise.go",
		right: `return Visible(s) != s || imitates(s)`,
		wrong: `return Visible(s) != s && imitates(s)`,
		pkg:   "responder", test: "TestNoDisguisedTextIsAnsweredByARule",
	},
	{
		name: "the scorer is not told our names", file: "cmd/rasid/naming.go",
		right: `if s.Named(m.Words(), names) {`,
		wrong: `if s.Named("", names) {`,
		pkg:   "cmd/rasid", test: "TestTalkAboutSomebodyElseDoesNotDisturbStaff",
	},
}

func TestEverySeededBugStillFits(t *testing.T) {
	for _, b := range bugs {
		path := overlay(t, b.file, b.right, b.wrong)
		if path == "" {
			t.Errorf("%s: no overlay", b.name)
		}
	}
}

func TestEverySeededBugIsCaught(t *testing.T) {
	if !*faulty {
		t.Skip("the seeded bugs are tried with -mutants (make mutants)")
	}
	for _, b := range bugs {
		t.Run(b.name, func(t *testing.T) {
			name := "^" + strings.ReplaceAll(regexp.QuoteMeta(strings.ReplaceAll(b.test, " ", "_")), "/", "$/^") + "$"
			cmd := exec.CommandContext(t.Context(), "go", "test", "-count=1", "-overlay", overlay(t, b.file, b.right, b.wrong), "-run", name, "./"+b.pkg)
			cmd.Dir = filepath.Join("..", "..")
			out, err := cmd.CombinedOutput()
			if err == nil || !strings.Contains(string(out), "--- FAIL") {
				t.Errorf("%s does not catch it: %v\n%s", b.test, err, out)
			}
		})
	}
}

// overlay writes a file with some of its lines spoilt beside the real one, for
// go build -overlay.
func overlay(t *testing.T, file, right, wrong string) string {
	t.Helper()
	path, err := filepath.Abs(filepath.Join("..", "..", file))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if n := strings.Count(string(text), right); n != 1 {
		t.Fatalf("%s holds %q %d times; mend this test", file, right, n)
	}
	dir := t.TempDir()
	spoilt := filepath.Join(dir, "spoilt.go")
	if err := os.WriteFile(spoilt, []byte(strings.Replace(string(text), right, wrong, 1)), 0o600); err != nil {
		t.Fatal(err)
	}
	list, err := json.Marshal(map[string]map[string]string{"Replace": {path: spoilt}})
	if err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(dir, "overlay.json")
	if err := os.WriteFile(name, list, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
