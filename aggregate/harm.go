package aggregate

func harm(g *Group) Harm { return Harm{Score: float64(g.Failing())} }
