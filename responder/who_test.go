package responder_test

import (
	"fmt"
	"testing"
	"time"

	"rasid/responder"
)

// actors are the kinds of people, programs and impostors that can press a
// button or write in a room; role is what each may do, 0 for nothing.
func actors(platform string) map[string]struct {
	by   responder.Actor
	role responder.Role
} {
	other := map[string]string{"telegram": "discord", "discord": "telegram"}[platform]
	n := map[string]string{"telegram": "1", "discord": "2"}[platform]
	return map[string]struct {
		by   responder.Actor
		role responder.Role
	}{
		"a manager":                          {responder.Actor{Platform: platform, ID: n + "04", Name: "Mona"}, responder.Manager},
		"a supervisor":                       {responder.Actor{Platform: platform, ID: n + "03", Name: "Huda"}, responder.Supervisor},
		"an approver":                        {responder.Actor{Platform: platform, ID: n + "02", Name: "Adam"}, responder.Approver},
		"an agent":                           {responder.Actor{Platform: platform, ID: n + "01", Name: "Saad"}, responder.Agent},
		"an approver under another name":     {responder.Actor{Platform: platform, ID: n + "02", Name: "Somebody else"}, responder.Approver},
		"a stranger":                         {responder.Actor{Platform: platform, ID: "900"}, 0},
		"a stranger with an approver's name": {responder.Actor{Platform: platform, ID: "901", Name: "Adam"}, 0},
		"a manager's number elsewhere":       {responder.Actor{Platform: other, ID: n + "04", Name: "Mona"}, 0},
		"who was removed from the staff":     {responder.Actor{Platform: platform, ID: n + "05", Name: "Omar"}, 0},
		"an anonymous administrator":         {responder.Actor{Platform: platform, ID: "1087968824", Name: "Group"}, 0},
		"a group as a sender":                {responder.Actor{Platform: platform, ID: "-1001234567890", Name: "Noor"}, 0},
		"nobody":                             {responder.Actor{Platform: platform}, 0},
	}
}

// TestEveryKindOfActorDoesWhatItsRoleAllowsAndNoMore tries twelve kinds of
// actors with six actions on two platforms.
func TestEveryKindOfActorDoesWhatItsRoleAllowsAndNoMore(t *testing.T) {
	s := newShop(t)
	s.office.People = nil
	for i, role := range []responder.Role{responder.Agent, responder.Approver, responder.Supervisor, responder.Manager} {
		s.office.People = append(s.office.People, responder.Person{
			ID: fmt.Sprint("staff", i), Role: role, Accounts: map[string]string{"telegram": fmt.Sprint(101 + i), "discord": fmt.Sprint(201 + i), "console": ""},
		})
	}
	needs := map[responder.Action]responder.Role{
		responder.ActEdit: responder.Agent, responder.ActEscalate: responder.Agent, responder.CmdStop: responder.Agent,
		responder.ActApprove: responder.Approver, responder.ActDismiss: responder.Approver, responder.CmdResume: responder.Supervisor,
	}
	tried := 0
	for _, platform := range []string{"telegram", "discord"} {
		s.office.Rooms[0].Platform = platform
		for who, a := range actors(platform) {
			for action, need := range needs {
				tried++
				s.now = s.now.Add(time.Minute) // many decisions in a minute need a second press
				c := s.say(fmt.Sprint("m", tried), fmt.Sprint("author", tried), "bad coffee")
				turn := s.store.Resume(t.Context(), "staff3", s.now)
				if action == responder.CmdResume {
					turn = s.store.Stop(t.Context(), "staff3", "", s.now)
				}
				s.must(turn)
				before := stopped(s)
				_, err := s.clerk.Decide(t.Context(), responder.Decision{
					Action: action, Case: c.ID, Draft: 1, Text: "We are sorry and look into it.", By: a.by, Room: "desk", At: s.now,
				})
				s.must(err)
				did := s.reread(c).Version != c.Version || stopped(s) != before
				if may := a.role >= need; did != may {
					t.Errorf("%s on %s, %s: did it %v, may %v", who, platform, action, did, may)
				}
			}
		}
	}
	if tried != 144 {
		t.Errorf("%d combinations tried, want 144", tried)
	}
}

func stopped(s *shop) bool {
	stop, err := s.store.Stopped(s.t.Context())
	s.must(err)
	return stop.On
}
