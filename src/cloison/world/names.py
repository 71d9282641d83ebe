"""First names and surnames of invented people: common words of the country, combined by chance."""

from cloison.world.text import table

_WOMEN = """
Marie Jeanne Françoise Monique Catherine Nathalie Isabelle Jacqueline Anne Sylvie Martine Madeleine Nicole Suzanne
Hélène Christine Louise Denise Chantal Christiane Brigitte Sophie Céline Virginie Sandrine Patricia Stéphanie
Véronique Valérie Julie Aurélie Laurence Émilie Caroline Claire Camille Élodie Léa Manon Sarah Laura Pauline Mathilde
Lucie Chloé Emma Inès Jade Alice Lina Rose Anna Mila Ambre Julia Romane Juliette Agathe Zoé Nina Eva Clara Charlotte
Margaux Lola Victoria Jeannine Odette Yvette Simone Paulette Colette Ginette Lucienne Renée Germaine Thérèse Yvonne
Geneviève Bernadette Josiane Annie Éliane Danielle Michèle Dominique Corinne Pascale Florence Agnès Béatrice Muriel
Delphine Karine Séverine Vanessa Mélanie Jessica Audrey Amandine Marion Justine Morgane Océane Fatima Aïcha Khadija
Yasmine Samira Nadia Leïla Amina Mariam Aminata Fatou Maria Ana Rosa Carmen Thi Linh Mei Elena Magdalena Oriane
Apolline Capucine Garance Iris Maëlle Nolwenn Gwenaëlle Solène Clémence Éléonore Victoire Noémie Salomé Rachel Esther
"""

_MEN = """
Jean Pierre Michel André Philippe René Louis Alain Jacques Bernard Marcel Daniel Roger Robert Paul Claude Christian
Henri Georges Nicolas François Patrick Gérard Christophe Joseph Julien Maurice Laurent Frédéric Éric David Stéphane
Pascal Sébastien Alexandre Thierry Olivier Thomas Antoine Raymond Guy Dominique Charles Didier Marc Vincent Yves
Guillaume Bruno Maxime Sylvain Jérôme Fabrice Romain Anthony Kévin Mathieu Benjamin Quentin Clément Lucas Hugo Théo
Nathan Enzo Louis-Marie Gabriel Raphaël Arthur Léo Adam Jules Maël Noah Liam Ethan Paul-Henri Sacha Tom Gabin Timéo
Nolan Martin Victor Axel Baptiste Valentin Alexis Simon Adrien Florian Damien Cédric Ludovic Yannick Loïc Erwan Ronan
Yann Gaël Mickaël Jonathan Jérémy Samuel Xavier Hervé Gilles Serge Lucien Fernand Émile Albert Gaston Léon Eugène
Mohamed Ahmed Ali Karim Rachid Mehdi Youssef Amine Ibrahim Mamadou Moussa Ousmane José Manuel Antonio Carlos Luis
Paulo Marco Giovanni Piotr Wei Minh Hamza Ismaël Elias Ilan Aaron Naël Côme Basile Augustin Félix Oscar Marius Achille
"""

_SURNAMES = """
Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy Roux David Bertrand
Morel Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefevre Faure Andre Mercier Blanc Guerin
Boyer Garnier Chevalier Francois Legrand Gauthier Garcia Perrin Robin Clement Morin Nicolas Henry Roussel Mathieu
Gautier Masson Marchand Duval Denis Dumont Marie Lemaire Noel Meyer Dufour Meunier Brun Blanchard Giraud Joly Riviere
Lucas Brunet Gaillard Barbier Arnaud Martinez Gerard Roche Renard Schmitt Roy Leroux Colin Vidal Caron Picard Roger
Fabre Aubert Lemoine Renaud Dumas Lacroix Olivier Philippe Bourgeois Pierre Benoit Rey Leclerc Payet Rolland Leclercq
Guillaume Lecomte Lopez Jean Dupuy Guillot Hubert Berger Carpentier Sanchez Dupuis Moulin Louis Deschamps Huet Vasseur
Perez Boucher Fleury Royer Klein Jacquet Adam Paris Poirier Marty Aubry Guyot Carre Charles Renault Charpentier Menard
Maillard Baron Bertin Bailly Herve Schneider Fernandez Collet Leger Bouvier Julien Prevost Millet Perrot Daniel
Cousin Germain Breton Besson Langlois Remy Le-Goff Pelletier Leveque Perrier Leblanc Barre Lebrun Marchal Weber Mallet
Hamon Boulanger Jacob Monnier Michaud Rodriguez Guichard Gillet Etienne Grondin Poulain Tessier Chevallier Collin
Chauvin Da-Silva Bouchet Gay Lemaitre Benard Marechal Humbert Reynaud Antoine Hoarau Perret Barthelemy Cordier Pichon
Lejeune Gilbert Lamy Delaunay Pasquier Carlier Laporte Gros Buisson Briand Alexandre Georges Ollivier Joubert
Camus Coste Bourdon Evrard Raynaud Maury Laine Tanguy Valentin Gaudin Delattre Nguyen Diallo Traore Benali Haddad
Ferreira Pereira Dos-Santos Gonzalez Costa Rossi Ricci Kowalski Nowak Bianchi Yilmaz Kaya Tran Pham Chen Wang Sow Ba
Keita Camara Cisse Mansouri Bensaid Cherif Belkacem Ziani Amrani El-Idrissi Toumi Saidi Levy Cohen Azoulay Stern
Boisvert Clairval Hautbois Valfort Montclair Bellerive Grandpre Chantelouve Fontgarde Rochemaure Terrenoire Belcastel
"""


def _listed(words: str) -> list[str]:
    return list(dict.fromkeys(word.replace("_", " ") for word in words.split()))


WOMEN = table(_listed(_WOMEN))
MEN = table(_listed(_MEN))
SURNAMES = table([name.replace("-", " ").upper() if "-" in name else name.upper() for name in _listed(_SURNAMES)])
